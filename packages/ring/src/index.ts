export { packBlock } from './block.ts';
export { type AddOutcome, BlockBuilder, type BlockBuilderOptions, type SealedBlock } from './block-builder.ts';
export { type ConnectionKey, connectionHash } from './connection-key.ts';
export type { Coverage, Gap, GapReason, TimeWindow } from './coverage.ts';
export type { EndpointFilter } from './endpoint-filter.ts';
export { Mask, type MaskNames } from './mask.ts';
export type { ResetRecord } from './reset-record.ts';
export type { FrameAnnotations, RingFrame } from './ring-frame.ts';
export { type ConnectionFrames, RingReader } from './ring-reader.ts';
export { RingUnavailableError } from './ring-unavailable-error.ts';
export {
  type Append,
  MIN_RING_BYTES,
  type PackedBlock,
  type RingLimits,
  type RingState,
  RingWriter,
} from './ring-writer.ts';
