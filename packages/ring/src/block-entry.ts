/**
 * A block as the ring lists it, one line of text in `times` and `order`:
 *
 *   WRITER:SEQUENCE:FIRSTUS:LASTUS:COST:PACKETS:RESETS:BLOCKSUM:INDEXSUM:CLOCK
 *
 * The id WRITER:SEQUENCE names block and index in their hashes. The sums are CRC-32, eight hex digits each: neither brotli nor
 * the index would notice a flipped bit. CLOCK is the ring's own clock (ring-append.ts), which the script adds.
 */
import { crc32 } from 'node:zlib';
import type { TimestampUs } from '@resetscope/wire';

export interface BlockEntry {
  /** The whole line. */
  readonly text: string;
  readonly id: string;
  readonly firstUs: TimestampUs;
  readonly lastUs: TimestampUs;
  /** storedCost, bytes. */
  readonly cost: number;
  readonly packets: number;
  readonly resets: number;
  readonly blockSum: string;
  readonly indexSum: string;
}

/** The line as the script of ring-append.ts takes it: without the id, which it knows, and without its clock. */
export function formatEntryTail(entry: Omit<BlockEntry, 'text' | 'id'>): string {
  const { firstUs, lastUs, cost, packets, resets, blockSum, indexSum } = entry;
  return [firstUs, lastUs, cost, packets, resets, blockSum, indexSum].join(':');
}

const ENTRY = /^([^:]+:\d+):(\d+):(\d+):(\d+):(\d+):(\d+):([0-9a-f]{8}):([0-9a-f]{8}):\d+$/;

/** null for a text that is no entry. */
export function parseEntry(text: string): BlockEntry | null {
  const match = ENTRY.exec(text);
  if (match === null) return null;
  const [, id = '', firstUs, lastUs, cost, packets, resets, blockSum = '', indexSum = ''] = match;
  return {
    text,
    id,
    firstUs: Number(firstUs),
    lastUs: Number(lastUs),
    cost: Number(cost),
    packets: Number(packets),
    resets: Number(resets),
    blockSum,
    indexSum,
  };
}

/** CRC-32 (ISO 3309) as an entry has it. */
export function sumOf(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(8, '0');
}
