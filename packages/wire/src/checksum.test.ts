import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { internetChecksum } from './checksum.ts';

test.each([
  { name: 'nothing', hex: '', checksum: 0xffff },
  { name: 'the example of RFC 1071 section 3', hex: '0001f203f4f5f6f7', checksum: 0x220d },
  { name: 'an odd byte is the upper half', hex: '000102', checksum: 0xfdfe },
])('$name', ({ hex, checksum }) => expect(internetChecksum(Buffer.from(hex, 'hex'))).toBe(checksum));

test('bytes with their checksum in place sum to zero', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const even = bytes.subarray(0, bytes.length & ~1);
      const checksum = internetChecksum(even);
      expect(internetChecksum(Uint8Array.from([...even, checksum >>> 8, checksum & 255]))).toBe(0);
    }),
  );
});
