import { expect, test } from '@jest/globals';
import { durationText, evidence } from './evidence.ts';
import { StreamBuilder } from './testing/stream-builder.ts';

const stream = new StreamBuilder({ index: 7 }).open().build();

test('evidence selects its frames, or the stream when it has none to name', () => {
  expect(evidence(stream, 'it was opened', 1, null, 3, undefined)).toEqual({
    claim: 'It was opened',
    frames: [1, 3],
    displayFilter: 'frame.number in {1, 3}',
  });
  expect(evidence(stream, 'it was opened').displayFilter).toBe('tcp.stream eq 7');
});

test.each([
  [0, 'less than 0.1 ms'],
  [99, 'less than 0.1 ms'],
  [100, '0.1 ms'],
  [400, '0.4 ms'],
  [9_999, '10.0 ms'],
  [10_000, '10 ms'],
  [320_000, '320 ms'],
  [999_400, '999 ms'],
  [999_600, '1.0 s'],
  [5_000_000, '5.0 s'],
])('%d us reads %s', (us, text) => {
  expect(durationText(us)).toBe(text);
});
