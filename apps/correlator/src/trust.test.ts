import { describe, expect, test } from '@jest/globals';
import { analyse, type Incident, Surroundings } from '@resetscope/diagnosis';
import type { Coverage } from '@resetscope/ring';
import { lineAt } from './testing/lines.ts';
import { START_US } from './testing/shop.ts';
import { withEarlierReach, withReach } from './trust.ts';

const LINE = lineAt(300_000);
const READ_US = START_US + 300_000;
const COVERAGE: Coverage = {
  oldestUs: READ_US - 60_000_000,
  newestUs: READ_US + 40_000,
  gaps: [
    { fromUs: READ_US - 50_000_000, toUs: READ_US - 49_000_000, reason: 'kernel-drop', lostPackets: 900 },
    { fromUs: READ_US - 2_000_000, toUs: READ_US - 1_500_000, reason: 'kernel-drop', lostPackets: 7 },
  ],
  bytes: 1,
  blocks: 1,
};

function incidentOf(): Incident {
  const input = { lines: [LINE], streams: [], surroundings: new Surroundings(), accessLog: null };
  const [result] = analyse({ ...input, clockOffsetUs: 0, lostPackets: 0 }).results;
  return result!.incident;
}

describe('withReach', () => {
  test('how far the ring reached around the line, with the gaps where its packets may have been', () => {
    expect(withReach(incidentOf(), LINE, COVERAGE).trust.reach).toEqual({
      source: 'ring',
      beforeUs: 60_000_000,
      afterUs: 40_000,
      gaps: [{ durationUs: 500_000, lostPackets: 7, reason: 'kernel-drop' }],
    });
  });

  test('nothing without a ring', () => {
    expect(withReach(incidentOf(), LINE, null).trust.reach).toBeUndefined();
  });
});

describe('withEarlierReach', () => {
  const first = withReach(incidentOf(), LINE, { ...COVERAGE, gaps: [] });
  const later = withReach(incidentOf(), LINE, { ...COVERAGE, oldestUs: READ_US - 1, newestUs: READ_US + 9_000_000 });

  test('a later look says what the first one saw, and the gaps reported since', () => {
    expect(withEarlierReach(later, first).trust.reach).toEqual({ ...first.trust.reach, gaps: later.trust.reach!.gaps });
  });

  test('with the same gaps it is the same answer, which amends nothing', () => {
    const same = withReach(incidentOf(), LINE, { ...COVERAGE, gaps: [], newestUs: READ_US + 9_000_000 });
    expect(withEarlierReach(same, first)).toEqual(first);
  });

  test('without an earlier look, or an earlier reach, it is as it is', () => {
    expect(withEarlierReach(later, null)).toBe(later);
    expect(withEarlierReach(later, incidentOf())).toBe(later);
  });
});
