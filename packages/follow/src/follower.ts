/**
 * A lossless follower of one log file: what is written to it is delivered once and in order, over rotations of any kind
 * and over restarts. file-chain.ts says how; this file has the loop, the batches and the checkpoint.
 * Not delivered: bytes written to an old file after it was let go (drainIdleMs without a byte), what copytruncate loses
 * between its copy and its truncation, and what was deleted while nobody followed.
 */
import type { CheckpointStore } from './checkpoint.ts';
import { CheckpointSaver } from './checkpoint-saver.ts';
import { FileChain } from './file-chain.ts';
import { createPieceReader, type FileReader, type ReadOutcome } from './file-reader.ts';
import type { FollowEvents } from './follow-events.ts';
import type { LineBatch } from './followed-line.ts';
import type { LineTest } from './line-splitter.ts';
import type { PieceReader } from './piece-reader.ts';
import { PollPace } from './poll-pace.ts';
import { FileWaker, type Waker, type WakeUp } from './waker.ts';

export interface FollowerOptions {
  readonly path: string;
  readonly checkpoint: CheckpointStore;
  readonly events: FollowEvents;
  /** Where to start when there is no checkpoint; a file that appears later is always read whole. Default 'end'. */
  readonly from?: 'beginning' | 'end';
  /** Which lines are handed out, the others being counted; default all. It sees a line cut at maxLineLen. */
  readonly wanted?: LineTest;
  /** Longest line delivered whole, bytes. Default 65536: nginx's own limit is 2048 (NGX_MAX_ERROR_STR). */
  readonly maxLineLen?: number;
  /** A rotated file is let go after this long without a new byte, once the new file has bytes. Default 60000 ms. */
  readonly drainIdleMs?: number;
  /** Default: file notifications, and a poll for what they miss. */
  readonly waker?: Waker;
}

export interface FollowStatus {
  /** Bytes written and not yet committed, over all open files; of a gzipped one only what has been unpacked. */
  readonly lagBytes: number;
  /** Milliseconds since the follower was last at the end of all files; 0 when nothing is waiting. */
  readonly lagMs: number;
  /** Files being read: 1, or more during a rotation; 0 while the log is missing. */
  readonly openFiles: number;
  /** When the checkpoint was last saved, milliseconds since the Unix epoch; undefined before the first time. */
  readonly checkpointSavedAtMs: number | undefined;
}

const MAX_LINE_LEN = 65_536;
/** nginx workers reopen within one event-loop round of USR1; logrotate runs USR1 right after the rename. */
const DRAIN_IDLE_MS = 60_000;

export class Follower {
  readonly #options: FollowerOptions;
  readonly #waker: Waker;
  readonly #chain: FileChain;
  readonly #saver: CheckpointSaver;
  readonly #pace: PollPace = new PollPace();
  readonly #pieces: PieceReader = createPieceReader();
  /** Whether the round under way has read bytes. */
  #foundBytes = false;
  #isStopped = false;
  #isCommitted = true;
  /** While the consumer holds a batch nothing is read. */
  #isHandedOut = false;
  /** Resolves when batches() has ended. */
  #reading: Promise<void> = Promise.resolve();
  #caughtUpAtMs: number = performance.now();

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#waker = options.waker ?? new FileWaker();
    this.#chain = new FileChain({
      path: options.path,
      maxLineLen: options.maxLineLen ?? MAX_LINE_LEN,
      wanted: options.wanted,
      drainIdleMs: options.drainIdleMs ?? DRAIN_IDLE_MS,
      events: options.events,
      waker: this.#waker,
    });
    this.#saver = new CheckpointSaver(options.checkpoint, () => this.#chain.checkpoint, options.events);
  }

  /**
   * Finds its place. Lines written after this has resolved are delivered, also after a crash.
   * @throws when the checkpoint cannot be read or saved.
   */
  async start(): Promise<void> {
    const { checkpoint, events, from = 'end' } = this.#options;
    const loaded = await checkpoint.load();
    if (loaded.kind === 'damaged') events.checkpointDamaged(loaded.setAsideAs);
    if (loaded.kind === 'found') await this.#chain.resume(loaded.checkpoint);
    else await this.#chain.begin(from);
    await this.#saver.saveFirst();
  }

  /** Until stop(). The consumer commits a batch before it asks for the next one. */
  async *batches(): AsyncGenerator<LineBatch, void, undefined> {
    let ended = (): void => undefined;
    this.#reading = new Promise((resolve) => {
      ended = resolve;
    });
    try {
      for (let wakeUp: WakeUp = 'notified'; !this.#isStopped; wakeUp = await this.#waker.wait(this.#pollMs())) {
        this.#foundBytes = false;
        yield* this.#round();
        this.#caughtUpAtMs = performance.now();
        this.#pace.woke(wakeUp, this.#foundBytes);
      }
    } finally {
      await this.#chain.close();
      ended();
    }
  }

  /** Ends batches(), closes the files, saves what is committed; a batch still out may be committed afterwards. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#waker.wake();
    if (!this.#isHandedOut) await this.#reading;
    await this.#chain.close();
    await this.#saver.save();
  }

  async status(): Promise<FollowStatus> {
    const { readers } = this.#chain;
    const lags = await Promise.all(readers.map((reader) => reader.lagBytes().catch(() => 0)));
    const lagBytes = lags.reduce((sum, lag) => sum + lag, 0);
    return {
      lagBytes,
      lagMs: lagBytes === 0 ? 0 : performance.now() - this.#caughtUpAtMs,
      openFiles: readers.length,
      checkpointSavedAtMs: this.#saver.savedAtMs,
    };
  }

  /** Everything there is to read now, the oldest file first. */
  async *#round(): AsyncGenerator<LineBatch, void, undefined> {
    if (await this.#attempt(() => this.#chain.lookAround(), false)) await this.#saver.save();
    for (const reader of this.#chain.readers) yield* this.#readOn(reader);
  }

  async *#readOn(reader: FileReader): AsyncGenerator<LineBatch, void, undefined> {
    while (!this.#isStopped) {
      const wasNamed = reader.fileId !== undefined;
      const outcome = await this.#read(reader);
      // the name is saved before it is used, so that a line keeps its fileId over a crash
      if (!wasNamed && reader.fileId !== undefined) await this.#saver.save();
      this.#foundBytes ||= outcome.kind !== 'end';
      switch (outcome.kind) {
        case 'lines':
          this.#isHandedOut = true;
          yield this.#batch(reader, outcome);
          this.#isHandedOut = false;
          this.#requireCommit();
          break;
        case 'torn':
          break;
        case 'replaced':
          await this.#attempt(() => this.#chain.replaced(reader), undefined);
          await this.#saver.save();
          this.#waker.wake();
          return;
        case 'end':
          if (await this.#attempt(() => this.#chain.ended(reader), false)) await this.#saver.save();
          return;
      }
    }
  }

  /** A broken gzip file stays broken and is let go; a plain file is tried again. */
  async #read(reader: FileReader): Promise<ReadOutcome> {
    const outcome = await this.#attempt(() => reader.read(this.#pieces), undefined);
    if (outcome !== undefined) return outcome;
    if (!reader.source.grows && !this.#isStopped) await this.#chain.unreadable(reader);
    return { kind: 'end' };
  }

  /** Failures of the file system are told and tried again at the next wake-up; those of closed files are no news. */
  async #attempt<T>(action: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (!this.#isStopped) this.#options.events.readFailed(error);
      return otherwise;
    }
  }

  #batch(reader: FileReader, { lines, passed }: Pick<LineBatch, 'lines' | 'passed'>): LineBatch {
    this.#isCommitted = false;
    return {
      lines,
      passed,
      commit: () => {
        this.#isCommitted = true;
        reader.commit();
        return this.#saver.save();
      },
    };
  }

  #pollMs(): number {
    return this.#pace.pollMs(this.#chain.isWatched);
  }

  #requireCommit(): void {
    if (!this.#isCommitted && !this.#isStopped) throw new Error('a batch must be committed before the next is read');
  }
}
