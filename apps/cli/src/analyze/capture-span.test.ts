import { expect, test } from '@jest/globals';
import { lineOf } from '../../../../packages/diagnosis/src/testing/log-text.ts';
import { postIncident } from '../../../../packages/report/test-data/incidents.ts';
import { withSpan } from './capture-span.ts';

const line = lineOf();

test('the line lies somewhere in the second of its stamp, in the clock of the capture', () => {
  const span = { fromUs: line.stampUs - 1_000_000, toUs: line.stampUs + 3_000_000 };
  expect(withSpan(postIncident, line, span, 500_000).trust.reach).toEqual({
    source: 'capture',
    beforeUs: 2_500_000,
    afterUs: 2_500_000,
    gaps: [],
  });
});

test('an empty capture covers nothing', () => {
  expect(withSpan(postIncident, line, null, 0)).toBe(postIncident);
});
