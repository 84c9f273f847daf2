import { describe, expect, test } from '@jest/globals';
import { timeGroups, windowOf, windowOfAll, writtenUs } from './line-time.ts';
import { lineAt } from './testing/lines.ts';
import { START_US } from './testing/shop.ts';

const LATE = 60_000_000;

describe('the time of a line', () => {
  test('live: the time of its reading, and the packets are before', () => {
    const line = lineAt(300_000);
    expect(writtenUs(line)).toBe(START_US + 300_000);
    expect(windowOf(line)).toEqual({ fromUs: START_US + 300_000 - 6_000_000, toUs: START_US + 310_000 });
  });

  test('read late: its stamp, and the packets are around', () => {
    const line = lineAt(LATE);
    expect(writtenUs(line)).toBe(START_US + 1_000_000);
    expect(windowOf(line)).toEqual({ fromUs: START_US - 6_000_000, toUs: START_US + 7_000_000 });
  });
});

describe('timeGroups', () => {
  const pending = (...times: readonly number[]) =>
    times.map((atUs, id) => ({ id, line: lineAt(atUs, { stamp: stampAt(atUs) }) }));

  test('lines near in time are matched together, one of another time apart', () => {
    const groups = timeGroups(pending(10_000_000, 0, 3_600_000_000, 4_000_000, 12_000_000));
    expect(groups.map((group) => group.map(({ id }) => id))).toEqual([[1, 3], [0, 4], [2]]);
  });

  test('no window grows beyond what a group may span', () => {
    const steady = pending(...Array.from({ length: 400 }, (_, i) => i * 500_000));
    const groups = timeGroups(steady);
    expect(groups.flat().map(({ id }) => id)).toEqual(steady.map(({ id }) => id));
    for (const group of groups) {
      const { fromUs, toUs } = windowOfAll(group.map(({ line }) => line));
      expect(toUs - fromUs).toBeLessThanOrEqual(11_010_000);
    }
  });

  test('lines read at once stay in the order of the log', () => {
    const items = pending(0, 0, 0);
    expect(timeGroups([items[2]!, items[0]!, items[1]!])).toEqual([items]);
  });
});

/** `2026/11/22 06:35:12` and so on, so that the line counts as live. */
function stampAt(atUs: number): string {
  return new Date((START_US + atUs) / 1000).toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');
}
