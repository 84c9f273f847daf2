import { describe, expect, test } from '@jest/globals';
import { analyse, type Incident, Surroundings, unmatchedText } from '@resetscope/diagnosis';
import type { Coverage, Gap } from '@resetscope/ring';
import { coverageReason, lostIn, withReason } from './ring-answer.ts';
import { lineAt } from './testing/lines.ts';
import { START_US } from './testing/shop.ts';

const LINE = lineAt(300_000);
const READ_US = START_US + 300_000;
const FULL: Coverage = { oldestUs: READ_US - 60_000_000, newestUs: READ_US, gaps: [], bytes: 1, blocks: 1 };
const gap = (fromUs: number, toUs: number, reason: Gap['reason'], lostPackets = 0): Gap => ({
  fromUs,
  toUs,
  reason,
  lostPackets,
});

describe('coverageReason', () => {
  test.each<[string, Coverage | null, string | null]>([
    ['it had everything', FULL, null],
    ['there is no ring', null, 'capture-not-there'],
    ['nothing was ever captured', { ...FULL, newestUs: 0, oldestUs: 0 }, 'capture-not-there'],
    ['it stands still', { ...FULL, newestUs: READ_US - 1 }, 'capture-not-there'],
    ['it begins after the line', { ...FULL, oldestUs: READ_US + 1, newestUs: READ_US + 2 }, 'window-expired'],
    ['it begins inside the window', { ...FULL, oldestUs: READ_US - 1_000_000 }, null],
    [
      'it lost packets just before',
      { ...FULL, gaps: [gap(READ_US - 100, READ_US - 50, 'kernel-drop', 7)] },
      'capture-gap',
    ],
    [
      'Redis was slow just before',
      { ...FULL, gaps: [gap(READ_US - 100, READ_US - 50, 'ring-slow', 7)] },
      'capture-gap',
    ],
    [
      'it was restarted just before',
      { ...FULL, gaps: [gap(READ_US - 100, READ_US - 50, 'restart')] },
      'capture-not-there',
    ],
    [
      'it lost packets long before',
      { ...FULL, gaps: [gap(READ_US - 20_000_000, READ_US - 19_000_000, 'kernel-drop', 7)] },
      null,
    ],
    [
      'the gap nearest to the line counts',
      {
        ...FULL,
        gaps: [gap(READ_US - 5_000_000, READ_US - 4_000_000, 'restart'), gap(READ_US - 100, READ_US, 'kernel-drop', 1)],
      },
      'capture-gap',
    ],
  ])('%s', (_title, coverage, reason) => {
    expect(coverageReason(LINE, coverage)).toBe(reason);
  });
});

test('a line read late is of the time of its stamp, not of its reading', () => {
  const line = lineAt(3_000_000);
  const readUs = START_US + 3_000_000;
  const late: Coverage = { ...FULL, oldestUs: START_US + 1_000_001, newestUs: readUs };
  expect(coverageReason(line, late)).toBe('window-expired');
  expect(coverageReason(line, { ...late, oldestUs: START_US + 1_000_000 })).toBeNull();
});

describe('withReason', () => {
  const unmatched = analyse({
    lines: [LINE],
    streams: [],
    surroundings: new Surroundings(),
    accessLog: null,
    clockOffsetUs: 0,
    lostPackets: null,
  }).results[0]!.incident;

  test('says what the ring lacks in place of "nothing found"', () => {
    expect(withReason(unmatched, 'capture-gap')).toMatchObject({
      reason: 'capture-gap',
      sentence: unmatchedText('capture-gap'),
    });
    expect(withReason(unmatched, null)).toBe(unmatched);
  });

  test('a line with a reason of its own keeps it', () => {
    const unix: Incident = { ...unmatched, reason: 'unix-socket' };
    expect(withReason(unix, 'capture-gap')).toBe(unix);
  });
});

test('lostIn adds up the gaps of the window', () => {
  const window = { fromUs: READ_US - 1000, toUs: READ_US };
  const gaps = [
    gap(READ_US - 2000, READ_US - 900, 'kernel-drop', 3),
    gap(READ_US - 100, READ_US, 'ring-slow', 4),
    gap(READ_US, READ_US + 9, 'kernel-drop', 5),
  ];
  expect(lostIn(window, { ...FULL, gaps })).toBe(7);
  expect(lostIn(window, FULL)).toBe(0);
  expect(lostIn(window, null)).toBeNull();
});
