import { describe, expect, test } from '@jest/globals';
import { Packet } from '@resetscope/wire';
import { CopyFilter } from './copy-filter.ts';

const SEGMENT = { seq: 1000, ack: 7, ipId: 55, tsUs: 1_795_000_000_000_000, payloadLen: 100, flags: 24, hash: 42 };

function seenBefore(changes: Partial<typeof SEGMENT>, secondInterface: number): boolean {
  const filter = new CopyFilter();
  const { hash, ...first } = SEGMENT;
  expect(filter.isCopy(Object.assign(new Packet(), first), hash, 2)).toBe(false);
  const { hash: secondHash, ...second } = { ...SEGMENT, ...changes };
  return filter.isCopy(Object.assign(new Packet(), second), secondHash, secondInterface);
}

describe('CopyFilter', () => {
  test.each([
    { name: 'the same on another interface', changes: {}, other: 3, copy: true },
    { name: 'there a little later', changes: { tsUs: SEGMENT.tsUs + 4000 }, other: 3, copy: true },
    { name: 'there a little earlier', changes: { tsUs: SEGMENT.tsUs - 4000 }, other: 3, copy: true },
    { name: 'the same on the same interface: sent again', changes: {}, other: 2, copy: false },
    { name: 'much later', changes: { tsUs: SEGMENT.tsUs + 6000 }, other: 3, copy: false },
    { name: 'another IP identification: sent again', changes: { ipId: 56 }, other: 3, copy: false },
    { name: 'another sequence number', changes: { seq: 1001 }, other: 3, copy: false },
    { name: 'another acknowledgement', changes: { ack: 8 }, other: 3, copy: false },
    { name: 'another length', changes: { payloadLen: 101 }, other: 3, copy: false },
    { name: 'other flags', changes: { flags: 16 }, other: 3, copy: false },
    { name: 'other ends', changes: { hash: 43 }, other: 3, copy: false },
  ])('$name', ({ changes, other, copy }) => {
    expect(seenBefore(changes, other)).toBe(copy);
  });

  test('a third interface sees a copy too', () => {
    const filter = new CopyFilter();
    const packet = Object.assign(new Packet(), SEGMENT);
    expect([2, 3, 4].map((ifIndex) => filter.isCopy(packet, 1, ifIndex))).toEqual([false, true, true]);
  });
});
