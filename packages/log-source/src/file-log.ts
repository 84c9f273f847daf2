/** One log file as a source: followed without loss, unwrapped when a container runtime writes it. */
import { open } from 'node:fs/promises';
import { type CheckpointStore, type FollowEvents, Follower, type FollowStatus, type Waker } from '@resetscope/follow';
import { formatOf, type LogFormat } from './container-record.ts';
import type { FormatChoice } from './format-choice.ts';
import { HeldCheckpoints } from './held-checkpoints.ts';
import { RecordJoiner } from './record-joiner.ts';
import type { LineTest, LogSource, SourceBatch } from './source-line.ts';

export interface FileLogEvents extends FollowEvents {
  /** A line of a container's log is not a record. */
  recordBroken(): void;
}

export interface FileLogOptions {
  readonly path: string;
  readonly timezone: string | undefined;
  readonly checkpoint: CheckpointStore;
  readonly from: 'beginning' | 'end';
  readonly format: FormatChoice;
  readonly events: FileLogEvents;
  /** Which of nginx's lines are handed out. */
  readonly wanted: LineTest;
  /** Default: at every write. */
  readonly waker?: Waker | undefined;
}

/** A record of 16 KB whose every byte JSON escapes as six, and its frame. */
const MAX_RECORD_LEN = 100 * 1024;
/** Bytes at the head of a log that are looked at for its format. */
const SAMPLE_LEN = 64 * 1024;

const HELD_FOR_REST = 'a line in pieces';
const HELD_BY_CONSUMER = 'the consumer';

export class FileLog implements LogSource {
  readonly name: string;
  readonly timezone: string | undefined;
  readonly #checkpoints: HeldCheckpoints;
  readonly #follower: Follower;
  readonly #joiner: RecordJoiner;
  readonly #events: FileLogEvents;
  readonly #wanted: LineTest;
  #format: LogFormat | undefined;

  constructor(options: FileLogOptions) {
    const { path, from, format, events, waker } = options;
    this.name = path;
    this.timezone = options.timezone;
    this.#events = events;
    this.#wanted = options.wanted;
    this.#format = format === 'auto' ? undefined : format;
    this.#joiner = new RecordJoiner(() => events.recordBroken());
    this.#checkpoints = new HeldCheckpoints(options.checkpoint);
    const wanted: LineTest = (bytes, start, end) => this.#isWanted(bytes, start, end);
    this.#follower = new Follower({
      path,
      checkpoint: this.#checkpoints,
      events,
      from,
      wanted,
      maxLineLen: MAX_RECORD_LEN,
      ...(waker === undefined ? {} : { waker }),
    });
  }

  /** @throws when the checkpoint cannot be read or saved. */
  async start(): Promise<void> {
    this.#format ??= await peekFormat(this.name);
    await this.#follower.start();
  }

  async *batches(): AsyncGenerator<SourceBatch, void, undefined> {
    for await (const batch of this.#follower.batches()) {
      yield this.#format === 'container' ? await this.#unwrapped(batch) : batch;
    }
  }

  hold(): void {
    this.#checkpoints.hold(HELD_BY_CONSUMER);
  }

  release(): Promise<void> {
    return this.#release(HELD_BY_CONSUMER);
  }

  status(): Promise<FollowStatus> {
    return this.#follower.status();
  }

  stop(): Promise<void> {
    return this.#follower.stop();
  }

  /** Of a container's log every line: a record may be a piece of a line that is wanted. */
  #isWanted(bytes: Uint8Array, start: number, end: number): boolean {
    this.#format ??= formatOf(bytes.subarray(start, end));
    return this.#format === 'container' || this.#wanted(bytes, start, end);
  }

  async #unwrapped({ lines, commit }: SourceBatch): Promise<SourceBatch> {
    const whole = this.#joiner.push(lines).filter(({ bytes }) => this.#wanted(bytes, 0, bytes.byteLength));
    if (!this.#joiner.isWaiting) await this.#release(HELD_FOR_REST);
    else this.#checkpoints.hold(HELD_FOR_REST);
    return { lines: whole, commit };
  }

  #release(holder: string): Promise<void> {
    return this.#checkpoints.release(holder).catch((error) => this.#events.checkpointFailed(error));
  }
}

/** What the log's first lines say; undefined when there is none yet that says it. */
async function peekFormat(path: string): Promise<LogFormat | undefined> {
  const sample = await readSample(path).catch(() => new Uint8Array(0));
  for (let at = 0; at < sample.byteLength; ) {
    const newline = sample.indexOf(0x0a, at);
    if (newline < 0) return undefined;
    const format = formatOf(sample.subarray(at, newline));
    if (format !== undefined) return format;
    at = newline + 1;
  }
  return undefined;
}

async function readSample(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(new Uint8Array(SAMPLE_LEN), 0, SAMPLE_LEN, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
