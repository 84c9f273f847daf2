/** The numbers of the access logs. */
import type { LossReason } from '@resetscope/follow';
import type { FileLogEvents, LogSetEvents, RefusalReason } from '@resetscope/log-source';
import { Counter, Gauge, type Logger, type Registry } from '@resetscope/telemetry';
import type { AccessQuestions } from './access-questions.ts';
import type { AccessWindow } from './access-window.ts';

const RESULTS = ['fits', 'misfit'] as const;

/** Trouble with files is logged; the follower's other events are of no interest here: a lost access line loses no job. */
export class AccessMetrics implements FileLogEvents, LogSetEvents {
  readonly #registry: Registry;
  readonly #log: Logger;
  readonly #lines: Counter<'result'>;
  readonly #kept: Counter;
  readonly #dropped: Counter;
  #isReadFailing = false;
  #isSaveFailing = false;
  #isRefused = false;

  constructor(registry: Registry, log: Logger) {
    this.#registry = registry;
    this.#log = log;
    const counter = <T extends string = never>(name: string, help: string, ...labelNames: T[]): Counter<T> =>
      new Counter({ name: `resetscope_tail_access_${name}`, help, labelNames, registers: [registry] });
    this.#lines = counter('lines_total', 'Access-log lines read, by whether they fit the log_format.', 'result');
    this.#kept = counter('kept_lines_total', 'Access-log lines put into Redis because an error line asks for them.');
    this.#dropped = counter('dropped_lines_total', 'Access-log lines asked for that Redis did not take in time.');
    for (const result of RESULTS) this.#lines.inc({ result }, 0);
  }

  /** Reads the state of the memory at every scrape. */
  observe(window: AccessWindow, questions: AccessQuestions): void {
    const gauge = (name: string, help: string, value: () => number): void => {
      const collect = function (this: Gauge): void {
        this.set(value());
      };
      new Gauge({ name: `resetscope_tail_access_${name}`, help, registers: [this.#registry], collect });
    };
    gauge('window_bytes', 'Memory of the access lines of the last while.', () => window.bytes);
    gauge('window_pushed_out_lines', 'Access lines forgotten before their time: the memory was full.', () => {
      return window.pushedOut;
    });
    gauge('waiting_jobs', 'Jobs whose access line may still come.', () => questions.count);
    gauge('given_up_jobs', 'Jobs given up for newer ones: too many waited.', () => questions.givenUp);
  }

  linesRead(fits: number, misfits: number): void {
    this.#lines.inc({ result: 'fits' }, fits);
    this.#lines.inc({ result: 'misfit' }, misfits);
  }

  kept(count: number): void {
    this.#kept.inc(count);
    this.#isRefused = false;
  }

  dropped(count: number): void {
    this.#dropped.inc(count);
  }

  /** Logged once until Redis takes lines again. */
  refused(error: unknown): void {
    if (!this.#isRefused) this.#log.warn({ err: error }, 'Redis refuses access lines; trying again');
    this.#isRefused = true;
  }

  logFound(path: string): void {
    this.#log.info({ log: path }, 'following an access log');
  }

  logVanished(path: string): void {
    this.#log.info({ log: path }, 'access log gone');
  }

  logRefused(path: string, reason: RefusalReason): void {
    this.#log.warn({ log: path, reason }, 'access log not followed');
  }

  bytesRead(): void {
    this.#isReadFailing = false;
  }

  linesLost(reason: LossReason): void {
    this.#log.info({ reason }, 'lines of an access log may have been lost');
  }

  /** Logged once until a read works again. */
  readFailed(error: unknown): void {
    if (!this.#isReadFailing) this.#log.warn({ err: error }, 'cannot read an access log; trying again');
    this.#isReadFailing = true;
  }

  watchFailed(error: unknown): void {
    this.#log.warn({ err: error }, 'no file notifications for an access log; polling instead');
  }

  checkpointDamaged(setAsideAs: string): void {
    this.#log.warn({ setAsideAs }, 'a checkpoint was damaged; starting over');
  }

  checkpointSaved(): void {
    this.#isSaveFailing = false;
  }

  checkpointFailed(error: unknown): void {
    if (!this.#isSaveFailing) this.#log.warn({ err: error }, 'cannot save the checkpoint of an access log');
    this.#isSaveFailing = true;
  }

  fileOpened(): void {}
  fileRotated(): void {}
  fileTruncated(): void {}
  lineCut(): void {}
  nulSkipped(): void {}
  recordBroken(): void {}
}
