import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodeUtf8 } from './utf8.ts';

test('writes what TextEncoder writes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(encodeUtf8(text, 1000)).toEqual(Uint8Array.from(new TextEncoder().encode(text)));
    }),
  );
});

test.each([
  { text: '\ud800x', maxLen: 9, bytes: [0xef, 0xbf, 0xbd, 0x78] },
  { text: 'a€', maxLen: 4, bytes: [0x61, 0xe2, 0x82, 0xac] },
  { text: 'a€', maxLen: 3, bytes: [0x61] },
  { text: '😀', maxLen: 4, bytes: [0xf0, 0x9f, 0x98, 0x80] },
  { text: 'é', maxLen: 0, bytes: [] },
])('$text in $maxLen bytes', ({ text, maxLen, bytes }) => expect([...encodeUtf8(text, maxLen)]).toEqual(bytes));
