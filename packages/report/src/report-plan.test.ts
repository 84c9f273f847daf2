import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { postIncident } from '../test-data/incidents.ts';
import { groupAlike } from './alike.ts';
import { lineCase, type ReportCase } from './report-case.ts';
import { planReport } from './report-plan.ts';

const one = lineCase(postIncident);

/** Groups of these sizes, in this order. */
function plan(sizes: readonly number[]): ReturnType<typeof planReport> {
  const [group] = groupAlike([one]);
  return planReport(sizes.map((size) => ({ ...group!, cases: Array<ReportCase>(size).fill(one) as [ReportCase] })));
}

function counts(sizes: readonly number[]): readonly (readonly number[])[] {
  return plan(sizes).map(({ inFull, rows, leftOut }) => [inFull.length, rows.length, leftOut]);
}

describe('planReport', () => {
  test.each([
    {
      name: 'few: all in full',
      sizes: [3, 40],
      expected: [
        [3, 0, 0],
        [40, 0, 0],
      ],
    },
    {
      name: 'many: what a small group leaves goes to the large one',
      sizes: [300, 10],
      expected: [
        [90, 210, 0],
        [10, 0, 0],
      ],
    },
    {
      name: 'equal parts of the room',
      sizes: [80, 80],
      expected: [
        [50, 30, 0],
        [50, 30, 0],
      ],
    },
    {
      name: 'too many for rows: the rest is counted',
      sizes: [9000, 2],
      expected: [
        [98, 5000, 3902],
        [2, 0, 0],
      ],
    },
    { name: 'none', sizes: [], expected: [] },
  ])('$name', ({ sizes, expected }) => {
    expect(counts(sizes)).toEqual(expected);
  });

  test('nothing is lost, the limits hold, and every group shows something', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9000 }), { maxLength: 60 }), (sizes) => {
        const found = counts(sizes);
        expect(found.map((parts) => parts.reduce((a, b) => a + b, 0))).toEqual(sizes);
        expect(found.reduce((sum, [full = 0]) => sum + full, 0)).toBeLessThanOrEqual(100);
        expect(found.reduce((sum, [, rows = 0]) => sum + rows, 0)).toBeLessThanOrEqual(5000);
        expect(found.every(([full = 0]) => full > 0)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});
