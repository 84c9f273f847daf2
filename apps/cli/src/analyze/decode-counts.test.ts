import { expect, test } from '@jest/globals';
import { DecodeCounts } from './decode-counts.ts';

test('counts by outcome, and warns of what may hide a connection', () => {
  const counts = new DecodeCounts();
  for (const outcome of ['udp', 'tunnel', 'udp', 'fragment', 'tunnel'] as const) counts.note(outcome);
  expect(counts.byOutcome).toEqual({ udp: 2, fragment: 1, tunnel: 2 });
  expect(counts.warnings.map((line) => line.split(' ', 3).join(' '))).toEqual(['1 IP fragments,', '2 packets in']);
});

test('nothing but TCP: nothing to say', () => {
  const counts = new DecodeCounts();
  expect([counts.byOutcome, counts.warnings]).toEqual([{}, []]);
});
