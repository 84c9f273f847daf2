import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Gap, GapReason } from './coverage.ts';
import { GapList } from './gap-list.ts';

const gap = (fromUs: number, toUs: number, lostPackets = 1, reason: GapReason = 'ring-slow'): Gap => ({
  fromUs,
  toUs,
  lostPackets,
  reason,
});

function taken(...gaps: readonly Gap[]): readonly Gap[] {
  const list = new GapList();
  for (const one of gaps) list.add(one);
  return list.take();
}

test.each([
  { name: 'gaps that touch are one', gaps: [gap(0, 10), gap(10, 20, 2)], all: [gap(0, 20, 3)] },
  { name: 'gaps with something between stay two', gaps: [gap(0, 10), gap(11, 20)], all: [gap(0, 10), gap(11, 20)] },
  {
    name: 'reasons stay apart',
    gaps: [gap(0, 10), gap(5, 8, 4, 'kernel-drop'), gap(10, 20)],
    all: [gap(0, 20, 2), gap(5, 8, 4, 'kernel-drop')],
  },
  { name: 'they come in order of time', gaps: [gap(20, 30), gap(0, 10)], all: [gap(0, 10), gap(20, 30)] },
])('$name', ({ gaps, all }) => {
  expect(taken(...gaps)).toEqual(all);
});

test('is empty when taken', () => {
  const list = new GapList();
  list.add(gap(0, 1));
  list.take();
  expect(list.take()).toEqual([]);
});

test('however many: few are kept, every packet and every moment is claimed', () => {
  const one = fc.tuple(fc.nat(1e6), fc.integer({ min: 1, max: 1000 }), fc.constantFrom('ring-slow', 'kernel-drop'));
  fc.assert(
    fc.property(fc.array(one, { maxLength: 500 }), (parts) => {
      const gaps = parts.map(([fromUs, length, reason]) => gap(fromUs, fromUs + length, 1, reason as GapReason));
      const kept = taken(...gaps);
      expect(kept.length).toBeLessThanOrEqual(70);
      expect(kept.reduce((sum, { lostPackets }) => sum + lostPackets, 0)).toBe(gaps.length);
      for (const { fromUs, toUs, reason } of gaps) {
        expect(kept.some((k) => k.reason === reason && k.fromUs <= fromUs && k.toUs >= toUs)).toBe(true);
      }
    }),
  );
});
