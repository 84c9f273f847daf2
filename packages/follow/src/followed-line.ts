/** What a follower hands out: lines in batches, each with its place in its file. */

/** One complete line of a followed file. */
export interface FollowedLine {
  /** The path being followed, as configured; also for lines read from a rotated file. */
  readonly file: string;
  /** `dev:inode:headhash[:number]` of the file the line was written to; the same after a restart, a rename or a copytruncate. */
  readonly fileId: string;
  /** Byte offset of the line's first byte in that file. */
  readonly offset: number;
  /** Byte offset after the line's `\n`. */
  readonly nextOffset: number;
  /** The line without its `\n`, at most the cap long: a view, valid until the batch is committed. Never decoded. */
  readonly bytes: Uint8Array;
  /** Wall clock when read(2) returned the end of the line, microseconds since the Unix epoch. */
  readonly readAtUs: number;
  /** When the file was last seen to end where the line begins: it was written between then and readAtUs. Null: not known. */
  readonly unwrittenAtUs: number | null;
  /** Bytes of the line beyond the cap, which are not in `bytes`; 0 for a whole line. */
  readonly cut: number;
}

/** Lines of one file in file order. The next batch is read only after this one was committed. */
export interface LineBatch {
  /** Those wanted; none, where none of the lines read was. */
  readonly lines: readonly FollowedLine[];
  /** Lines read between them, and after the last, that were not wanted. */
  readonly passed: number;
  /**
   * Moves the checkpoint behind the last line. Resolves when it is on disk; who does not wait for that reads on sooner,
   * and repeats more after a crash. Never rejects. Call once.
   */
  commit(): Promise<void>;
}
