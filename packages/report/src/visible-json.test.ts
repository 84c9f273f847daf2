import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { visibleJson } from './visible-json.ts';

test.each([
  { name: 'C0', character: '\u001b', written: '\\u001b' },
  { name: 'a newline', character: '\n', written: '\\n' },
  { name: 'DEL', character: '\u007f', written: '\\u007f' },
  { name: 'C1', character: '\u009b', written: '\\u009b' },
  { name: 'right-to-left override', character: '\u202e', written: '\\u202e' },
  { name: 'a line separator', character: '\u2028', written: '\\u2028' },
  { name: 'a tag outside the basic plane', character: '\u{e0041}', written: '\\udb40\\udc41' },
  { name: 'a lone surrogate', character: '\ud800', written: '\\ud800' },
])('$name', ({ character, written }) => {
  expect(visibleJson({ [character]: character })).toBe(`{"${written}":"${written}"}`);
});

test('other characters stay, and so does the indentation', () => {
  expect(visibleJson({ a: ['ä', '中'] }, 1)).toBe('{\n "a": [\n  "ä",\n  "中"\n ]\n}');
});

test('whatever the value, it is the same JSON', () => {
  const hostile = fc.string({ unit: fc.constantFrom('a', '\u009b', '\u202e', '\n', '"', '\\', '\u{e0041}', '\ud800') });
  fc.assert(
    fc.property(fc.dictionary(hostile, hostile), fc.nat(4), (value, indent) => {
      const text = visibleJson(value, indent);
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
