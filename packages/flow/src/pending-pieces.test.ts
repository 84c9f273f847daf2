import { describe, expect, test } from '@jest/globals';
import type { Payload } from './payload.ts';
import { PendingPieces } from './pending-pieces.ts';

function payload(length: number, captured: number = length): Payload {
  return { bytes: new Uint8Array(captured).fill(7), wireLen: length, tsUs: 0, frameNumber: 1, hints: null };
}

/** Offsets of the pieces, taken in order. */
function drain(pieces: PendingPieces): readonly number[] {
  const offsets: number[] = [];
  for (let p = pieces.takeUpTo(1e9); p !== null; p = pieces.takeUpTo(1e9)) offsets.push(p.offset);
  return offsets;
}

describe('PendingPieces', () => {
  test('come out ordered by offset, and only up to the offset asked for', () => {
    const pieces = new PendingPieces();
    for (const offset of [300, 100, 200]) pieces.hold(offset, payload(10), false);
    expect(pieces.firstOffset()).toBe(100);
    expect(pieces.takeUpTo(99)).toBeNull();
    expect(pieces.takeUpTo(100)?.offset).toBe(100);
    expect(drain(pieces)).toEqual([200, 300]);
    expect([pieces.firstOffset(), pieces.size]).toEqual([null, 0]);
  });

  test('copy their bytes and keep PSH', () => {
    const pieces = new PendingPieces();
    const source = payload(2);
    pieces.hold(5, source, true);
    source.bytes.fill(0);
    expect(pieces.takeUpTo(5)).toMatchObject({ push: true, payload: { bytes: Uint8Array.of(7, 7) } });
  });

  test('what is held already is not held twice, what is longer is', () => {
    const pieces = new PendingPieces();
    for (const [offset, length] of [
      [10, 20],
      [10, 20],
      [15, 5],
      [10, 25],
    ] as const)
      pieces.hold(offset, payload(length), false);
    expect(drain(pieces)).toEqual([10, 10]);
  });

  test('are full at 64 pieces or 256 KiB of captured bytes', () => {
    const many = new PendingPieces();
    for (let i = 0; i < 63; i++) many.hold(i * 10, payload(1), false);
    expect(many.isFull).toBe(false);
    many.hold(5, payload(1), false);
    expect(many.isFull).toBe(true);

    const large = new PendingPieces();
    large.hold(0, payload(262_143), false);
    large.hold(500_000, payload(1_000_000, 0), false); // cut by the capture: costs nothing
    expect(large.isFull).toBe(false);
    large.hold(400_000, payload(1), false);
    expect(large.isFull).toBe(true);
    large.takeUpTo(0);
    expect(large.isFull).toBe(false);
  });

  test.each([
    { from: 0, to: 100, covered: 35 },
    { from: 15, to: 100, covered: 30 },
    { from: 0, to: 12, covered: 2 },
    { from: 45, to: 60, covered: 5 },
    { from: 60, to: 100, covered: 0 },
    { from: 50, to: 20, covered: 0 },
  ])('bytes between $from and $to', ({ from, to, covered }) => {
    const pieces = new PendingPieces();
    for (const [offset, length] of [
      [10, 20],
      [20, 15],
      [40, 10],
    ] as const)
      pieces.hold(offset, payload(length), false);
    expect(pieces.bytesBetween(from, to)).toBe(covered);
  });
});
