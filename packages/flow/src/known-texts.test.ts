import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { KnownTexts } from './known-texts.ts';

test('the text of the bytes, whatever was asked before', () => {
  const texts = new KnownTexts();
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 3 }), fc.uint8Array({ maxLength: 60 }));
  fc.assert(
    fc.property(bytes, fc.nat(5), (value, before) => {
      const source = Uint8Array.of(...new Array(before).fill(0x41), ...value, 0x42);
      const text = Array.from(value, (c) => String.fromCharCode(c)).join('');
      expect(texts.of(source, before, before + value.length)).toBe(text);
      expect(texts.of(source, before, before + value.length)).toBe(text);
    }),
    { numRuns: 3000 },
  );
});
