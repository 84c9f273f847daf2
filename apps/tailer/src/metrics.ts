/** The numbers of /metrics. Labels come from closed lists, never from a log. */
import type { FollowEvents, FollowStatus, LossReason } from '@resetscope/follow';
import { LINE_KINDS, type LineKind } from '@resetscope/nginx-log';
import { Counter, Gauge, Histogram, type Logger, Registry } from '@resetscope/telemetry';
import { LINE_CLASSES, type LineClass } from './classify.ts';

const LOSS_REASONS: readonly LossReason[] = ['truncated-without-copy', 'file-gone', 'torn-line', 'unreadable'];

/** From an idle host to a Redis that was away for a while, seconds. */
const DELIVERY_BUCKETS: readonly number[] = [0.001, 0.002, 0.005, 0.01, 0.025, 0.1, 0.5, 1, 5, 30];

export class TailerMetrics implements FollowEvents {
  readonly registry: Registry = new Registry();
  readonly #log: Logger;
  #isRedisUp = true;
  #isReadFailing = false;
  #isSaveFailing = false;

  readonly #lines = this.#counter('lines_total', 'Lines read, by what they were taken for.', 'class');
  readonly #jobs = this.#counter('jobs_total', 'Jobs that Redis accepted, by kind of line.', 'kind');
  readonly #losses = this.#counter('losses_total', 'Times that lines may have been lost, by reason.', 'reason');
  readonly #bytes = this.#counter('bytes_total', 'Bytes read from the logs.');
  readonly #opened = this.#counter(
    'opened_files_total',
    'Files opened: the logs, and rotated files with unread lines.',
  );
  readonly #rotations = this.#counter('rotations_total', 'Times a log became another file.');
  readonly #truncations = this.#counter('truncations_total', 'Times a log was truncated in place.');
  readonly #cutLines = this.#counter('cut_lines_total', 'Lines longer than the limit, read without their end.');
  readonly #nulBytes = this.#counter('nul_bytes_total', 'NUL bytes skipped: holes left by a truncation.');
  readonly #readFailures = this.#counter('read_failures_total', 'Failures to open or read a file; tried again.');
  readonly #watchFailures = this.#counter('watch_failures_total', 'Files followed by polling alone.');
  readonly #saveFailures = this.#counter('checkpoint_failures_total', 'Checkpoints that could not be saved.');
  readonly #damaged = this.#counter('damaged_checkpoints_total', 'Checkpoints found damaged and set aside.');
  readonly #queueFailures = this.#counter('queue_failures_total', 'Batches that Redis refused; they are sent again.');
  readonly #infoSeen = this.#gauge(
    'info_level_seen',
    '1 once a line of level info was read; below it nginx hides clients that hang up.',
  );
  readonly #redisUp = this.#gauge('redis_up', '1 while Redis takes jobs.');
  readonly #deliverySeconds = new Histogram({
    name: 'resetscope_tail_delivery_seconds',
    help: 'Time from reading a line to its job being in Redis.',
    buckets: [...DELIVERY_BUCKETS],
    registers: [this.registry],
  });

  constructor(log: Logger) {
    this.#log = log;
    for (const kind of LINE_CLASSES) this.#lines.inc({ class: kind }, 0);
    for (const kind of LINE_KINDS) this.#jobs.inc({ kind }, 0);
    for (const reason of LOSS_REASONS) this.#losses.inc({ reason }, 0);
    this.#redisUp.set(1);
  }

  /** Reads the followers' state at every scrape. */
  observe(status: () => Promise<readonly FollowStatus[]>): void {
    const observed = (name: string, help: string, value: (all: readonly FollowStatus[]) => number): Gauge =>
      new Gauge({
        name: `resetscope_tail_${name}`,
        help,
        registers: [this.registry],
        async collect() {
          this.set(value(await status()));
        },
      });
    observed('lag_bytes', 'Bytes written to the logs and not yet in Redis.', (all) =>
      sum(all.map((one) => one.lagBytes)),
    );
    observed('lag_seconds', 'Time since all lines of the log furthest behind were in Redis, 0 when they are.', (all) =>
      Math.max(0, ...all.map((one) => one.lagMs / 1000)),
    );
    observed('open_files', 'Files being read: one a log, more during a rotation.', (all) =>
      sum(all.map((one) => one.openFiles)),
    );
    observed('checkpoint_age_seconds', 'Time since the oldest checkpoint was saved.', (all) =>
      Math.max(0, ...all.map((one) => (Date.now() - (one.checkpointSavedAtMs ?? Date.now())) / 1000)),
    );
  }

  linesRead(counts: ReadonlyMap<LineClass, number>): void {
    for (const [kind, count] of counts) this.#lines.inc({ class: kind }, count);
  }

  /** nginx logs at level info. */
  infoRead(): void {
    this.#infoSeen.set(1);
  }

  jobQueued(kind: LineKind, seconds: number): void {
    this.#jobs.inc({ kind });
    this.#deliverySeconds.observe(seconds);
  }

  /** Logged once per outage. */
  redisAway(error: unknown): void {
    if (this.#isRedisUp) this.#log.warn({ err: error }, 'Redis is away; the logs wait until it is back');
    this.#isRedisUp = false;
    this.#redisUp.set(0);
  }

  redisBack(): void {
    if (!this.#isRedisUp) this.#log.info('Redis is back');
    this.#isRedisUp = true;
    this.#redisUp.set(1);
  }

  get isRedisUp(): boolean {
    return this.#isRedisUp;
  }

  queueFailed(error: unknown): void {
    this.#queueFailures.inc();
    this.redisAway(error);
  }

  fileOpened(): void {
    this.#opened.inc();
  }

  fileRotated(): void {
    this.#rotations.inc();
  }

  fileTruncated(): void {
    this.#truncations.inc();
  }

  bytesRead(count: number): void {
    this.#bytes.inc(count);
    this.#isReadFailing = false;
  }

  lineCut(): void {
    this.#cutLines.inc();
  }

  nulSkipped(count: number): void {
    this.#nulBytes.inc(count);
  }

  linesLost(reason: LossReason): void {
    this.#losses.inc({ reason });
    this.#log.warn({ reason }, 'lines of an error log may have been lost');
  }

  /** Logged once until a read works again. */
  readFailed(error: unknown): void {
    this.#readFailures.inc();
    if (!this.#isReadFailing) this.#log.warn({ err: error }, 'cannot read an error log; trying again');
    this.#isReadFailing = true;
  }

  watchFailed(error: unknown): void {
    this.#watchFailures.inc();
    this.#log.warn({ err: error }, 'no file notifications; polling instead');
  }

  checkpointDamaged(setAsideAs: string): void {
    this.#damaged.inc();
    this.#log.warn({ setAsideAs }, 'a checkpoint was damaged; starting over');
  }

  checkpointSaved(): void {
    this.#isSaveFailing = false;
  }

  /** Logged once until a save works again. */
  checkpointFailed(error: unknown): void {
    this.#saveFailures.inc();
    if (!this.#isSaveFailing) this.#log.warn({ err: error }, 'cannot save a checkpoint; a restart would repeat lines');
    this.#isSaveFailing = true;
  }

  #counter<T extends string = never>(name: string, help: string, ...labelNames: T[]): Counter<T> {
    return new Counter({ name: `resetscope_tail_${name}`, help, labelNames, registers: [this.registry] });
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name: `resetscope_tail_${name}`, help, registers: [this.registry] });
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
