/** Where a follower stands, in the form that survives a restart. */
import type { ByteMark } from './byte-mark.ts';

/** The position in one file. */
export interface FilePosition {
  readonly fileId: string;
  readonly head: ByteMark;
  /** Byte offset after the last committed line. */
  readonly offset: number;
  /** The bytes right before `offset`: they tell a grown file from a truncated and refilled one. */
  readonly before: ByteMark;
}

/** A file that is done with, and where it lay then. */
export interface FinishedFile extends FilePosition {
  readonly dev: number;
  readonly ino: number;
}

export interface Checkpoint {
  /** Files that may hold lines not yet committed, oldest first. */
  readonly files: readonly FilePosition[];
  /** Oldest first: a rotated file that is none of these has not been read. */
  readonly finished: readonly FinishedFile[];
}

export type LoadedCheckpoint =
  | { readonly kind: 'found'; readonly checkpoint: Checkpoint }
  | { readonly kind: 'none' }
  /** There was one, it could not be read, and it now lies at `setAsideAs`. */
  | { readonly kind: 'damaged'; readonly setAsideAs: string };

export interface CheckpointStore {
  load(): Promise<LoadedCheckpoint>;
  /** Replaces the checkpoint as a whole. Called once at a time. */
  save(checkpoint: Checkpoint): Promise<void>;
}
