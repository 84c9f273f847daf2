import { describe, expect, test } from '@jest/globals';
import { analysisOf, quietLoss } from '../test-data/analysis.ts';
import { postIncident, unmatchedIncident } from '../test-data/incidents.ts';
import { analysisFacts } from './analysis-facts.ts';

describe('analysisFacts', () => {
  test('lines with the reasons of those unmatched, resets, losses, clock', () => {
    const unix = { ...unmatchedIncident, reason: 'unix-socket' as const };
    const incidents = [postIncident, unmatchedIncident, unix, unix];
    expect(analysisFacts(analysisOf({ incidents, unlogged: [quietLoss], clockOffsetSeconds: -0.25 }))).toEqual([
      {
        name: '4 lines',
        parts: ['1 matched', '0 ambiguous', '3 unmatched (unix socket 2, capture lost packets 1)'],
      },
      { name: '204 resets', parts: ['1 matched', '200 in the handshake', '2 after a FIN', '1 unlogged'] },
      { name: '1 loss', parts: ['no line: below the log level 1'] },
      { name: 'Clock', parts: ['the capture is 0.250 s behind the log'] },
    ]);
  });

  test.each([
    { clockOffsetSeconds: 0, words: 'capture and log agree' },
    { clockOffsetSeconds: 37.0004, words: 'the capture is 37.000 s ahead of the log' },
  ])('clock $clockOffsetSeconds', ({ clockOffsetSeconds, words }) => {
    expect(analysisFacts(analysisOf({ clockOffsetSeconds })).at(-1)?.parts).toEqual([words]);
  });
});
