import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeHuffman } from './http2-huffman.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

test.each([
  { name: 'RFC 7541 C.4.1', hex: 'f1e3c2e5f23a6ba0ab90f4ff', text: 'www.example.com' },
  { name: 'RFC 7541 C.4.2', hex: 'a8eb10649cbf', text: 'no-cache' },
  { name: 'RFC 7541 C.4.3', hex: '25a849e95ba97d7f', text: 'custom-key' },
  {
    name: 'RFC 7541 C.6.1',
    hex: 'd07abe941054d444a8200595040b8166e082a62d1bff',
    text: 'Mon, 21 Oct 2013 20:13:21 GMT',
  },
  {
    name: 'RFC 7541 C.6.3',
    hex: '94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007',
    text: 'foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
  },
  { name: 'nothing', hex: '', text: '' },
  { name: 'the longest code, 30 bits: LF', hex: 'fffffff3', text: '\n' },
  { name: 'padding of eight bits', hex: 'a8eb10649cbfff', text: null },
  { name: 'padding of zeros', hex: '18', text: null },
  { name: 'EOS', hex: 'ffffffff', text: null },
])('$name', ({ hex, text }) => expect(decodeHuffman(bytes(hex))).toBe(text));

test('any bytes decode or do not, and never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (any) => {
      const text = decodeHuffman(any);
      if (text !== null) expect(text.length).toBeLessThanOrEqual((any.length * 8) / 5);
    }),
  );
});
