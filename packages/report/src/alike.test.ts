import { describe, expect, test } from '@jest/globals';
import { manyIncidents, quietLoss } from '../test-data/analysis.ts';
import { postIncident, raceIncident } from '../test-data/incidents.ts';
import { commonWords, countHarms, groupAlike, withMore } from './alike.ts';
import { lineCase, unloggedCase } from './report-case.ts';

describe('groupAlike', () => {
  test('the worst first, then the largest; in a group the order of the log', () => {
    const failed = { ...raceIncident, harm: 'failed' as const, cause: 'upstream-abort-linger0' };
    const groups = groupAlike([...manyIncidents(2), failed].map(lineCase));
    expect(groups.map(({ harm, cases }) => [harm, cases.map(({ incident }) => incident?.line.lineNumber)])).toEqual([
      ['failed', [13]],
      ['may-have-executed', [3, 4]],
      ['unknown', [5, 6]],
      ['harmless', [1, 2]],
    ]);
  });

  test('says what they share, and counts the harm where it differs', () => {
    const failed = { ...raceIncident, harm: 'failed' as const };
    expect(groupAlike([raceIncident, failed, raceIncident].map(lineCase))).toMatchObject([
      {
        harm: 'failed',
        harms: [
          ['failed', 1],
          ['may-have-executed', 2],
        ],
        facts: ['upstream leg', 'reset by upstream', 'phase request', 'cause keepalive-race-nginx-upstream'],
      },
    ]);
  });

  test('another phase, leg or resetter is another kind', () => {
    const others = [
      postIncident,
      { ...postIncident, phase: 'idle' as const },
      { ...postIncident, leg: 'upstream' as const },
      { ...postIncident, reset: null },
    ];
    expect(groupAlike(others.map(lineCase))).toHaveLength(4);
    expect(groupAlike([quietLoss, quietLoss].map(unloggedCase))).toHaveLength(1);
  });

  test('of nothing there are no groups', () => {
    expect(groupAlike([])).toEqual([]);
    expect(countHarms([])).toEqual([]);
  });
});

test.each([
  { values: [], words: '' },
  { values: ['a', '', 'b', 'a'], words: 'a ×2, b' },
  { values: ['a', 'b', 'c', 'c'], words: 'c ×2, a and 1 more' },
])('commonWords($values)', ({ values, words }) => {
  expect(commonWords(values, 2)).toBe(words);
});

test('withMore names the rest', () => {
  expect(withMore(['1', '2'], 2)).toBe('1, 2');
  expect(withMore(['1', '2'], 1202)).toBe('1, 2 and 1,200 more');
});
