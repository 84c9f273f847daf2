/** The numbers of /metrics. Labels come from closed lists, never from a log. */
import type { LossReason } from '@resetscope/follow';
import {
  DATAGRAM_RESULTS,
  type DatagramResult,
  type FileLogEvents,
  type LogSetEvents,
  REFUSAL_REASONS,
  type RefusalReason,
} from '@resetscope/log-source';
import { FAMILY_KINDS, type LineKind, type SuspectFlag } from '@resetscope/nginx-log';
import { Counter, Gauge, Histogram, type Logger, Registry } from '@resetscope/telemetry';
import { LINE_CLASSES, type LineClass } from './classify.ts';
import type { LineCounts } from './line-watch.ts';
import { type LogStates, observeEach, observeLogs } from './log-gauges.ts';

/** `nginx-limiting`: nginx itself dropped lines and said so. `syslog-full`: datagrams waited for Redis, and no more had room. */
type KnownLoss = LossReason | 'nginx-limiting' | 'syslog-full';

const LOSS_REASONS: readonly KnownLoss[] = [
  'truncated-without-copy',
  'file-gone',
  'torn-line',
  'unreadable',
  'nginx-limiting',
  'syslog-full',
];

/** At level info a line of every few is one of info: a keepalive connection that was closed. */
const LEVEL_LINES = 20;

/** From an idle host to a Redis that was away for a while, seconds. */
const DELIVERY_BUCKETS: readonly number[] = [0.001, 0.002, 0.005, 0.01, 0.025, 0.1, 0.5, 1, 5, 30];

export class TailerMetrics implements FileLogEvents, LogSetEvents {
  readonly registry: Registry = new Registry();
  readonly #log: Logger;
  #isRedisUp = true;
  #isReadFailing = false;
  #isSaveFailing = false;
  #isDropping = false;
  /** By log. */
  readonly #levels = new Map<string, { readonly lines: number; readonly sawInfo: boolean }>();

  readonly #lines = this.#counter('lines_total', 'Lines read, by what they were taken for.', 'class');
  readonly #familyLines = this.#counter(
    'family_lines_total',
    'Lines of the family read, by kind, jobs or not.',
    'kind',
  );
  readonly #jobs = this.#counter('jobs_total', 'Jobs that Redis accepted, by kind of line.', 'kind');
  readonly #grouped = this.#counter('grouped_lines_total', 'Lines of a storm counted in the job of another.', 'kind');
  readonly #suspects = this.#counter(
    'suspect_lines_total',
    'Lines of the family with a reason to doubt that nginx wrote them as they stand, by reason.',
    'flag',
  );
  readonly #datagrams = this.#counter('datagrams_total', 'Syslog datagrams, by what became of them.', 'result');
  readonly #refused = this.#counter('refused_logs_total', 'Files a pattern found and nobody follows.', 'reason');
  readonly #brokenRecords = this.#counter('broken_records_total', "Lines of containers' logs that are no records.");
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
    for (const kind of FAMILY_KINDS) {
      this.#familyLines.inc({ kind }, 0);
      this.#jobs.inc({ kind }, 0);
    }
    for (const result of DATAGRAM_RESULTS) this.#datagrams.inc({ result }, 0);
    for (const reason of REFUSAL_REASONS) this.#refused.inc({ reason }, 0);
    for (const reason of LOSS_REASONS) this.#losses.inc({ reason }, 0);
    this.#redisUp.set(1);
  }

  /** Reads the state of the logs at every scrape. */
  observe(states: LogStates): void {
    observeLogs(this.registry, states);
    observeEach(
      this.registry,
      'log_level_hides_clients',
      '1: of many lines of a log none was of level info, below which nginx hides clients that hang up.',
      async () => [...this.#levels].map(([log, { lines, sawInfo }]) => [log, Number(!sawInfo && lines >= LEVEL_LINES)]),
    );
  }

  /** classes: of the lines that were handed out; others: what the rest told. */
  linesRead(log: string, classes: ReadonlyMap<LineClass, number>, others: LineCounts): void {
    for (const [kind, count] of classes) this.#lines.inc({ class: kind }, count);
    this.#lines.inc({ class: 'other' }, others.others);
    this.#lines.inc({ class: 'continuation' }, others.continuations);
    this.#suspects.inc({ flag: 'after-unclosed-quote' }, others.afterUnclosedQuote);
    this.#suspects.inc({ flag: 'before-continuation' }, others.beforeContinuation);
    if (others.limited > 0) this.#limitedByNginx(log, others.limited);
    const level = this.#levels.get(log) ?? { lines: 0, sawInfo: false };
    const lines = level.lines + (classes.get('job') ?? 0) + (classes.get('left-out') ?? 0) + others.others;
    this.#levels.set(log, { lines, sawInfo: level.sawInfo || others.sawInfo });
    if (others.sawInfo) this.#infoSeen.set(1);
  }

  familyLineRead(kind: LineKind): void {
    this.#familyLines.inc({ kind });
  }

  lineDoubted(flags: readonly SuspectFlag[]): void {
    for (const flag of flags) this.#suspects.inc({ flag });
  }

  /** grouped: lines that the job stands for besides its own. */
  jobQueued(kind: LineKind, seconds: number, grouped: number): void {
    this.#jobs.inc({ kind });
    this.#grouped.inc({ kind }, grouped);
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

  recordBroken(): void {
    this.#brokenRecords.inc();
  }

  logFound(path: string): void {
    this.#log.info({ log: path }, 'following');
  }

  logVanished(path: string): void {
    this.#levels.delete(path);
    this.#log.info({ log: path }, 'gone, and all of it was read');
  }

  logRefused(path: string, reason: RefusalReason): void {
    this.#refused.inc({ reason });
    this.#log.warn({ log: path, reason }, 'not followed');
  }

  /** Logged once until one has room again. */
  datagramReceived(result: DatagramResult): void {
    this.#datagrams.inc({ result });
    if (result === 'line') this.#isDropping = false;
    if (result !== 'dropped') return;
    this.#losses.inc({ reason: 'syslog-full' });
    if (!this.#isDropping) this.#log.warn('syslog lines are dropped: too many wait for Redis');
    this.#isDropping = true;
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

  #limitedByNginx(log: string, count: number): void {
    this.#losses.inc({ reason: 'nginx-limiting' }, count);
    this.#log.warn({ log }, 'nginx has dropped lines of this log: "too many log messages, limiting"');
  }

  #counter<T extends string = never>(name: string, help: string, ...labelNames: T[]): Counter<T> {
    return new Counter({ name: `resetscope_tail_${name}`, help, labelNames, registers: [this.registry] });
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name: `resetscope_tail_${name}`, help, registers: [this.registry] });
  }
}
