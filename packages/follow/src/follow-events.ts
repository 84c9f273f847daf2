/** Everything worth counting about a follower: one method per thing that can happen. The package knows no metrics. */

/** Why bytes that were written to the followed log can never be delivered. */
export type LossReason =
  /** The file was truncated and no copy of what was unread was found beside it. */
  | 'truncated-without-copy'
  /** The file of a checkpoint is gone: rotated away beyond what is kept, or deleted while nobody followed. */
  | 'file-gone'
  /** A finished file ended in the middle of a line. */
  | 'torn-line'
  /** A compressed file is broken. */
  | 'unreadable';

export interface FollowEvents {
  /** A file is being read: the log itself, or a rotated file that holds lines not read yet. */
  fileOpened(): void;
  /** The path has become another file; the old one is still read until it falls idle. */
  fileRotated(): void;
  /** The file was truncated in place (copytruncate, `> error.log`), whether or not it has grown again. */
  fileTruncated(): void;
  /** Bytes read(2) returned that were not seen before. */
  bytesRead(count: number): void;
  /** A line was longer than the cap; `cut` bytes of it are not delivered. */
  lineCut(cut: number): void;
  /** NUL bytes at the start of a line were skipped: the hole a writer without O_APPEND leaves after a truncation. */
  nulSkipped(count: number): void;
  /** Written lines may never be delivered; how many is unknown by nature. */
  linesLost(reason: LossReason): void;
  /** A file could not be opened or read; it is tried again at the next wake-up. */
  readFailed(error: unknown): void;
  /** The system refused file notifications; the poll alone notices changes of this file. */
  watchFailed(error: unknown): void;
  /** The checkpoint was not readable and was set aside; following started over. */
  checkpointDamaged(setAsideAs: string): void;
  checkpointSaved(): void;
  /** The checkpoint could not be saved; following goes on, a restart would repeat lines. */
  checkpointFailed(error: unknown): void;
}
