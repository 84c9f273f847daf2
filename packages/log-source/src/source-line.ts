/** What every source hands out: lines as nginx wrote them, in batches, each with a place that names it for ever. */
import type { FollowStatus } from '@resetscope/follow';

export interface SourceLine {
  /** The path as configured, or `syslog:ADDRESS`. */
  readonly file: string;
  /** Identity of what the line was read from; with `offset` it names the line. */
  readonly fileId: string;
  /** Byte offset in the file, of a line in pieces that of the first; for a datagram its number. */
  readonly offset: number;
  /** Without newline: valid until the batch is committed. */
  readonly bytes: Uint8Array;
  /** Wall clock when it was read, by us or by the container runtime before us: microseconds since the Unix epoch. */
  readonly readAtUs: number;
  /** It was written between then and readAtUs; null: not known. */
  readonly unwrittenAtUs: number | null;
  /** Bytes beyond the cap on length, which are not in `bytes`. */
  readonly cut: number;
}

export interface SourceBatch {
  readonly lines: readonly SourceLine[];
  /** All lines are done with. Resolves when that is on disk, where it can be; never rejects. Call once. */
  commit(): Promise<void>;
}

/**
 * A log, wherever it comes from. One consumer; it commits a batch before it takes the next one.
 */
export interface LogSource {
  /** As in SourceLine.file; also the name in metrics. */
  readonly name: string;
  /** Of the nginx that writes it, as configured for this log; undefined: whatever holds for all. */
  readonly timezone: string | undefined;
  /** Until stop(). */
  batches(): AsyncGenerator<SourceBatch, void, undefined>;
  /** Lines committed from now on are not done with yet: a crash reads them again, where the source can. */
  hold(): void;
  /** They are. */
  release(): Promise<void>;
  status(): Promise<FollowStatus>;
  /** Ends batches(). */
  stop(): Promise<void>;
}

/** What a consumer wants of a source: nginx's own lines, whatever they were wrapped in. Called once a line, in order. */
export type LineTest = (bytes: Uint8Array, start: number, end: number) => boolean;
