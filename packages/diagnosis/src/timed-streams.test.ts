import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { START_US, StreamBuilder } from './testing/stream-builder.ts';
import { TimedStreams } from './timed-streams.ts';

const ended = (index: number, afterUs: number) =>
  new StreamBuilder({ index, startUs: START_US + afterUs }).open().rst('originator').build();

test('every connection that ended in the span is found, whatever its width', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(100_000_000), { maxLength: 30 }),
      fc.nat(100_000_000),
      fc.nat(20_000_000),
      (starts, from, width) => {
        const streams = starts.map((afterUs, index) => ended(index, afterUs));
        const timed = new TimedStreams();
        for (const stream of streams) timed.add(stream);
        const span = { fromUs: START_US + from, toUs: START_US + from + width };
        const found = timed.near(span);
        const inside = streams.filter((s) => s.endings.some((e) => e.tsUs >= span.fromUs && e.tsUs <= span.toUs));
        expect(inside.filter((stream) => !found.includes(stream))).toEqual([]);
        expect(found.map((s) => s.index)).toEqual(found.map((s) => s.index).sort((a, b) => a - b));
        for (const { endings } of found) expect(endings[0]?.tsUs).toBeGreaterThan(span.fromUs - 10_000_000);
      },
    ),
  );
});

test('one without an end may be of any time', () => {
  const timed = new TimedStreams();
  const open = new StreamBuilder({ index: 4 }).open().build();
  timed.add(ended(7, 0));
  timed.add(open);
  expect(timed.near({ fromUs: 0, toUs: 1 })).toEqual([open]);
  expect(timed.all).toHaveLength(2);
});
