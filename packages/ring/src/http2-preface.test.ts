import { expect, test } from '@jest/globals';
import { prefaceLen, startsHttp2 } from './http2-preface.ts';

const PREFACE = [...Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')];
const frame = (type: number, length: number): number[] => [
  0,
  0,
  length,
  type,
  0,
  0,
  0,
  0,
  0,
  ...Array<number>(length).fill(7),
];

test.each([
  { name: 'alone', bytes: PREFACE, keptLen: 24 },
  { name: 'with SETTINGS', bytes: [...PREFACE, ...frame(4, 6)], keptLen: 39 },
  { name: 'a header block: its frame header', bytes: [...PREFACE, ...frame(4, 0), ...frame(1, 20)], keptLen: 42 },
  { name: 'at most 128 bytes', bytes: [...PREFACE, ...frame(4, 120)], keptLen: 128 },
  { name: 'cut in a frame', bytes: [...PREFACE, ...frame(4, 12).slice(0, 15)], keptLen: 39 },
])('$name', ({ bytes, keptLen }) => {
  const data = Uint8Array.from(bytes);
  expect(startsHttp2(data, 0, data.length)).toBe(true);
  expect(prefaceLen(data, 0, data.length)).toBe(keptLen);
});

test('half a preface is none', () => {
  expect(startsHttp2(Uint8Array.from(PREFACE), 0, 20)).toBe(false);
});
