export type { ByteMark } from './byte-mark.ts';
export { NotAFileError } from './byte-source.ts';
export type { Checkpoint, CheckpointStore, FilePosition, FinishedFile, LoadedCheckpoint } from './checkpoint.ts';
export { FileCheckpointStore } from './file-checkpoint-store.ts';
export type { FollowEvents, LossReason } from './follow-events.ts';
export type { FollowedLine, LineBatch } from './followed-line.ts';
export { Follower, type FollowerOptions, type FollowStatus } from './follower.ts';
export type { LineTest } from './line-splitter.ts';
export { FileWaker, type Waker, type WakeUp } from './waker.ts';
