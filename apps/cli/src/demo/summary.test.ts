import { describe, expect, test } from '@jest/globals';
import type { Incident } from '@resetscope/diagnosis';
import type { Episode } from './episode.ts';
import type { JudgedLine, Judgement } from './evaluation.ts';
import { isPerfect, quantile, type Summary, summarize } from './summary.ts';

function episode(id: string, cause: string): Episode {
  const ends = { originator: '127.0.0.11:1', responder: '127.0.0.1:80' };
  return { id, kind: 'idle-keepalive-reset', leg: 'client', ...ends, causes: [cause], request: null };
}

function judged(of: Episode, judgement: Judgement): JudgedLine {
  return { line: { raw: `line of ${of.id}`, connectionNumber: 1 }, episode: of, incident: null, judgement };
}

function summaryOf(
  episodes: readonly Episode[],
  judgedLines: readonly JudgedLine[],
  latenciesUs: readonly (number | null)[] = [],
): Summary {
  return summarize({
    seconds: 10,
    episodes,
    evaluation: { judged: judgedLines, unexpected: [], lines: { matched: 3, ambiguous: 1, unmatched: 2, pending: 0 } },
    incidents: latenciesUs.map((storedAfterUs) => ({ incident: { cause: 'x' } as Incident, storedAfterUs })),
    healthyRequests: 3000,
    healthProbes: 400,
  });
}

const [A, B, C, D] = [episode('a', 'x'), episode('b', 'x'), episode('c', 'y'), episode('d', 'y')] as const;

test('counts what was provoked, logged, matched and right, in all and per cause', () => {
  const summary = summaryOf(
    [A, B, C, D],
    [judged(A, 'right'), judged(B, 'wrong-cause'), judged(C, 'wrong-connection')],
  );
  expect(summary).toMatchObject({ provoked: 4, logged: 3, matched: 2, right: 1 });
  expect(summary.causes).toEqual([
    { cause: 'x', provoked: 2, logged: 2, matched: 2, right: 1 },
    { cause: 'y', provoked: 2, logged: 1, matched: 0, right: 0 },
  ]);
  expect(summary.wrong.map(({ line }) => line)).toEqual(['line of b', 'line of c']);
});

test('an episode with two lines is right when both are', () => {
  expect(summaryOf([A], [judged(A, 'right'), judged(A, 'right')])).toMatchObject({ logged: 1, right: 1 });
  expect(summaryOf([A], [judged(A, 'right'), judged(A, 'no-incident')])).toMatchObject({
    logged: 1,
    matched: 0,
    right: 0,
  });
});

test('the lines add up', () => {
  expect(summaryOf([A], []).lines).toEqual({ total: 6, matched: 3, ambiguous: 1, unmatched: 2, pending: 0 });
});

test('latency is of matched incidents only, in milliseconds', () => {
  expect(summaryOf([A], [], [1000, null, 3000, 2000]).latencyMs).toEqual({ p50: 2, p99: 3 });
});

describe('isPerfect', () => {
  test.each([
    { name: 'all logged resets right', lines: [judged(A, 'right')], perfect: true },
    { name: 'one wrong', lines: [judged(A, 'right'), judged(B, 'wrong-cause')], perfect: false },
    { name: 'nothing logged at all', lines: [], perfect: false },
  ])('$name: $perfect', ({ lines, perfect }) => {
    expect(isPerfect(summaryOf([A, B], lines))).toBe(perfect);
  });
});

test.each([
  { values: [], q: 0.5, expected: null },
  { values: [7], q: 0.99, expected: 7 },
  { values: [4, 1, 3, 2], q: 0.5, expected: 2 },
  { values: Array.from({ length: 200 }, (_, at) => at + 1), q: 0.99, expected: 198 },
])('the $q quantile of $values.length values', ({ values, q, expected }) => {
  expect(quantile(values, q)).toBe(expected);
});
