export { type PackedBlock, unpackBlock } from './block.ts';
export { type AddOutcome, BlockBuilder, type BlockBuilderOptions, type SealedBlock } from './block-builder.ts';
export { type ConnectionKey, connectionHash } from './connection-key.ts';
export type { Coverage, Gap, GapReason, TimeWindow } from './coverage.ts';
export type { EndpointFilter } from './endpoint-filter.ts';
export { GapList } from './gap-list.ts';
export { sanitizeNode } from './keys.ts';
export { Mask, type MaskNames } from './mask.ts';
export type { ResetRecord } from './reset-record.ts';
export type { FrameAnnotations, RingFrame } from './ring-frame.ts';
export type { RingHolder } from './ring-holder.ts';
export { type ConnectionFrames, RingReader } from './ring-reader.ts';
export { RingHeldError, RingRefusedError } from './ring-refused-error.ts';
export { RingScan, type ScanOptions } from './ring-scan.ts';
export { type Compression, type RingStat, readRingStat } from './ring-stat.ts';
export { RingUnavailableError } from './ring-unavailable-error.ts';
export { RingView } from './ring-view.ts';
export {
  type Append,
  MIN_RING_BYTES,
  type RingLimits,
  type RingState,
  RingWriter,
} from './ring-writer.ts';
export { WRITER_CONNECTION } from './writer-connection.ts';
