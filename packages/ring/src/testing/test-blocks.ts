/** Blocks of made-up packets between 10.0.0.1 and port 80 of 10.0.0.2. */
import { buildTcpFrame, FrameWindow, LinkType } from '@resetscope/wire';
import type { Redis } from 'ioredis';
import type { PackedBlock } from '../block.ts';
import { BlockBuilder } from '../block-builder.ts';
import type { Append, RingLimits } from '../ring-writer.ts';
import { MIN_RING_BYTES } from '../ring-writer.ts';

export const START_US = 1_795_000_000_000_000;
export const SECOND_US = 1_000_000;
export const HOUR_US: number = 3600 * SECOND_US;
export const LIMITS: RingLimits = { maxBytes: MIN_RING_BYTES, maxAgeUs: 60 * SECOND_US };
/** Everything, also what a clock ahead has stamped. */
export const ALL = { fromUs: START_US - 10 * HOUR_US, toUs: START_US + 10 * HOUR_US };

export interface Sent {
  /** Microseconds after START_US. */
  readonly atUs: number;
  /** Of 10.0.0.1. */
  readonly port: number;
  readonly flags: number;
  /** From port 80. */
  readonly back?: boolean;
  readonly payload?: string;
  readonly ifIndex?: number;
}

/** Empty between two blocks: making one is not for free. */
const builder = new BlockBuilder();

/** One block of them, in the order given. */
export function packedBlock(sent: readonly Sent[]): PackedBlock {
  for (const { atUs, port, flags, back = false, payload = '', ifIndex = 3 } of sent) {
    const [srcPort, dstPort] = back ? [80, port] : [port, 80];
    const [src, dst] = back ? ['10.0.0.2', '10.0.0.1'] : ['10.0.0.1', '10.0.0.2'];
    const bytes = buildTcpFrame({ src, dst, srcPort, dstPort, flags, payload: new Uint8Array(Buffer.from(payload)) });
    const { length } = bytes;
    const frame = { frameNumber: 1, tsUs: START_US + atUs, linkType: LinkType.ETHERNET, wireLen: length, bytes };
    const outcome = builder.add(FrameWindow.of(frame), ifIndex);
    if (outcome !== 'stored') throw new Error(`expected the frame to be stored, got ${outcome}`);
  }
  const sealed = builder.seal();
  if (sealed === null) throw new Error('expected at least one packet, got none');
  return sealed;
}

/** A block whose bytes nobody reads. */
export function emptyBlock(firstUs: number, lastUs: number, length: number): PackedBlock {
  return { block: new Uint8Array(length), index: new Uint8Array(40), firstUs, lastUs };
}

export function heartbeat(newestUs: number, gaps: Append['gaps'] = []): Append {
  return { block: null, newestUs, gaps };
}

/** used_memory of INFO, bytes. */
export async function usedMemory(redis: Redis): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);
}
