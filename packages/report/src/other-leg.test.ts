import { expect, test } from '@jest/globals';
import type { FoundLeg } from '@resetscope/diagnosis';
import { segment, streamOf } from '../test-data/streams.ts';
import { otherLeg } from './other-leg.ts';

/** Packets of a connection, a millisecond each from `fromMs` on. */
const packets = (count: number, fromMs: number) =>
  streamOf(Array.from({ length: count }, (_, at) => segment(at + 1, 'originator', { tsUs: (fromMs + at) * 1000 })));

const found = (stream: FoundLeg['stream'], fromMs: number, toMs: number): FoundLeg => ({
  leg: 'client',
  stream,
  joinedBy: 'access-log',
  confidence: 0.99,
  fromUs: fromMs * 1000,
  toUs: toMs * 1000,
});

test('times count from the first packet of the incident’s own connection', () => {
  const leg = otherLeg(found(packets(3, 10), 12, 13), packets(3, 11));
  expect(leg.ladder.map(({ atUs, frame }) => [atUs, frame])).toEqual([
    [-1000, 1],
    [0, 2],
    [1000, 3],
  ]);
  expect(leg).toMatchObject({ leg: 'client', joinedBy: 'access-log', confidence: 0.99 });
});

test('in a capture of both its frames and its connection come after', () => {
  const own = packets(3, 11);
  const leg = otherLeg(found(packets(2, 10), 12, 13), own, { frames: 3, streams: 1 });
  expect(leg.ladder.map(({ frame }) => frame)).toEqual([4, 5]);
  expect(leg.stream.index).toBe(packets(2, 10).index + 1);
});

test('of a long connection only what is near the request', () => {
  const leg = otherLeg(found(packets(60, 100_000), 100_010, 100_020), packets(3, 100_010));
  const far = otherLeg(found(packets(60, 100_000), 200_000, 200_001), packets(3, 200_000));
  expect(leg.ladder.length).toBeGreaterThan(0);
  expect(far.ladder).toEqual([]);
});
