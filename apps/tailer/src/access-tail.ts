/**
 * The access logs beside the error logs. The lines of the last while are kept in memory; of these only what an error line
 * asks for goes to Redis, also when it comes later than the error line: nginx writes it when the request ends, and with
 * `buffer=` later still. What Redis gets is in proportion to error lines, not to requests. Lines read before a restart are
 * not asked for after it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { AccessFinding, AccessLines } from '@resetscope/jobs';
import type { FileLogEvents, LogConsumer } from '@resetscope/log-source';
import { type AccessLogFormat, decodeLatin1 } from '@resetscope/nginx-log';
import { AccessLinesReader, type KeyedLine } from './access-lines-reader.ts';
import type { AccessMetrics } from './access-metrics.ts';
import { AccessQuestions } from './access-questions.ts';
import { AccessWindow, type LineBytes, type RecentLine, type WindowLimits } from './access-window.ts';
import type { PendingJob } from './classify.ts';
import { SteadyWaker } from './steady-waker.ts';

/** Idle keepalive connections live for 75 s (nginx's keepalive_timeout) and their lines tell the client's port. */
const WINDOW: WindowLimits = { maxBytes: 32 * 1024 * 1024, maxAgeMs: 75_000 };
/** The correlator looks for the last time some 20 s after a line; a storm of 1,000 lines a second fits. */
const QUESTIONS = { max: 20_000, maxAgeMs: 30_000 } as const;
/** The first verdict comes 100 ms after a line, the second 2 s later: an access line is in time for one of them. */
const LOOK_EVERY_MS = 100;
/** Of one connection: it may have had hundreds of requests, and the latest is what the line is about. */
const FOUND_MAX = 16;
/** Findings that wait for Redis; the correlator does without those beyond. */
const OUTBOX_MAX = 20_000;
/** Pause before Redis is asked again after it refused. */
const RETRY_MS = 1000;

export interface AccessTailOptions {
  readonly lines: AccessLines;
  /** null: found from the lines of each log. */
  readonly format: AccessLogFormat | null;
  readonly metrics: AccessMetrics;
  readonly stopped: AbortSignal;
}

export class AccessTail {
  readonly #options: AccessTailOptions;
  readonly #window = new AccessWindow(WINDOW);
  readonly #questions = new AccessQuestions(QUESTIONS);
  #outbox: AccessFinding[] = [];
  #sending: Promise<void> | null = null;

  constructor(options: AccessTailOptions) {
    this.#options = options;
    options.metrics.observe(this.#window, this.#questions);
  }

  /** What follows one access log. */
  consumer(events: FileLogEvents): LogConsumer {
    const { format, metrics } = this.#options;
    const reader = new AccessLinesReader(format);
    let count = 0;
    return {
      events,
      waker: new SteadyWaker(LOOK_EVERY_MS),
      wanted: (bytes, start, end) => {
        count++;
        const line = reader.read(bytes, start, end);
        if (line !== null) this.#note(line, { bytes, start, end });
        return false;
      },
      run: async (log) => {
        for await (const batch of log.batches()) {
          metrics.linesRead(count - reader.misfits, reader.misfits);
          count = reader.misfits = 0;
          void batch.commit();
        }
      },
    };
  }

  /** Jobs that are in the queue: what there is for them is sent, and what comes. */
  ask(jobs: readonly PendingJob[]): void {
    const nowMs = Date.now();
    this.#window.forget(nowMs);
    for (const { job, accessKeys } of jobs) {
      this.#questions.ask({ jobId: job.id, keys: accessKeys }, nowMs);
      this.#offer({ jobId: job.id, record: null });
      const found = accessKeys.flatMap((key) => this.#window.find(key, FOUND_MAX));
      for (const line of found) this.#offer({ jobId: job.id, record: recordOf(line) });
    }
  }

  /** Resolves when all that is waiting has been sent, or cannot be. */
  async settled(): Promise<void> {
    while (this.#sending !== null) await this.#sending;
  }

  #note({ key, format }: KeyedLine, line: LineBytes): void {
    const nowMs = Date.now();
    this.#window.add(key, line, format, nowMs);
    for (const jobId of this.#questions.of(key)) {
      const text = decodeLatin1(line.bytes, line.start, line.end);
      this.#offer({ jobId, record: recordOf({ text, format, readAtMs: nowMs }) });
    }
  }

  #offer(finding: AccessFinding): void {
    if (this.#outbox.length >= OUTBOX_MAX) {
      this.#options.metrics.dropped(1);
      return;
    }
    this.#outbox.push(finding);
    this.#sending ??= this.#send().finally(() => {
      this.#sending = null;
    });
  }

  /** One batch after the other; what comes meanwhile waits for the next. */
  async #send(): Promise<void> {
    const { lines, metrics, stopped } = this.#options;
    await Promise.resolve(); // lets the batch that is being read fill the outbox
    while (this.#outbox.length > 0) {
      const batch = this.#outbox;
      this.#outbox = [];
      try {
        await lines.keep(batch);
        metrics.kept(batch.filter(({ record }) => record !== null).length);
      } catch (error) {
        metrics.refused(error);
        await pause(RETRY_MS, undefined, { signal: stopped }).catch(() => undefined);
        if (stopped.aborted) return;
        this.#outbox = [...batch, ...this.#outbox].slice(0, OUTBOX_MAX);
      }
    }
  }
}

function recordOf({ text, format, readAtMs }: RecentLine): NonNullable<AccessFinding['record']> {
  return { format, raw: text, readAtUs: readAtMs * 1000 };
}
