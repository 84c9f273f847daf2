import { expect, test } from '@jest/globals';
import { counterOf, readCounts } from './counts.ts';

test.each([
  { status: 'matched' as const, reason: null, counter: 'matched' },
  { status: 'ambiguous' as const, reason: 'several-fit' as const, counter: 'ambiguous' },
  { status: 'unmatched' as const, reason: 'capture-gap' as const, counter: 'unmatched:capture-gap' },
  { status: 'unmatched' as const, reason: null, counter: 'unmatched:other' },
])('$status, $reason is counted as $counter', ({ status, reason, counter }) => {
  expect(counterOf({ status, reason }, true)).toBe(counter);
});

test('what no line speaks of is counted apart', () => {
  expect(counterOf({ status: 'matched', reason: null }, false)).toBe('unlogged');
  expect(readCounts({ matched: '2', unlogged: '5' })).toMatchObject({ lines: 2, unlogged: 5 });
});

test('lines are the sum of the parts', () => {
  const fields = {
    matched: '5',
    ambiguous: '1',
    'unmatched:capture-gap': '2',
    'unmatched:unix-socket': '3',
    'evidence-bytes': '99',
  };
  expect(readCounts(fields)).toEqual({
    lines: 11,
    matched: 5,
    ambiguous: 1,
    unmatched: 5,
    unlogged: 0,
    unmatchedBy: [
      { reason: 'unix-socket', count: 3 },
      { reason: 'capture-gap', count: 2 },
    ],
  });
  expect(readCounts({ matched: '1', 'unmatched:capture-gap': '0' }).unmatchedBy).toEqual([]);
});
