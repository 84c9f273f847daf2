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

export interface Checkpoint {
  /** Files that may hold lines not yet committed, oldest first. */
  readonly files: readonly FilePosition[];
  /** Heads of the rotated files that are done with: a rotated file of any other head has not been read. */
  readonly finished: readonly ByteMark[];
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
