import { expect, test } from '@jest/globals';
import { rivalGroups, type Wanting } from './rivals.ts';
import { StreamBuilder } from './testing/stream-builder.ts';

const [a, b, c, d] = [0, 1, 2, 3].map((index) => new StreamBuilder({ index }).open().build());
const wants = (...streams: (typeof a)[]): Wanting => ({ candidates: streams.map((stream) => ({ stream: stream! })) });

test('who wants one connection belongs together, also through a third', () => {
  const [first, second, third, fourth] = [wants(a), wants(b, c), wants(d), wants(c, a)];
  expect(rivalGroups([first, second, third, fourth])).toEqual([[first, second, fourth], [third]]);
});

test('who wants nothing is alone', () => {
  expect(rivalGroups([wants(), wants()])).toEqual([[wants()], [wants()]]);
  expect(rivalGroups([])).toEqual([]);
});
