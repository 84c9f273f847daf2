import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { visibleLines, visibleText } from './visible-text.ts';

describe('visibleText', () => {
  test.each([
    { name: 'plain text stays', text: 'GET /é?a=1 "x" \\x1b', shown: 'GET /é?a=1 "x" \\x1b' },
    { name: 'escape sequence', text: '\u001b[2Jx\u0007', shown: '\\x1b[2Jx\\x07' },
    { name: 'NUL, DEL, C1', text: '\u0000\u007f\u009b', shown: '\\x00\\x7f\\x9b' },
    { name: 'newline and tab', text: 'a\r\n\tb', shown: 'a\\x0d\\x0a\\x09b' },
    { name: 'right-to-left override', text: 'a\u202eb', shown: 'a\\u{202e}b' },
    { name: 'zero width and byte order mark', text: '\u200b\ufeff', shown: '\\u{200b}\\u{feff}' },
    { name: 'lone surrogate', text: 'a\ud800b', shown: 'a\\u{d800}b' },
    { name: 'pair of surrogates stays', text: '😀', shown: '😀' },
    { name: 'tag character beyond the first plane', text: '\u{e0041}', shown: '\\u{e0041}' },
  ])('$name', ({ text, shown }) => {
    expect(visibleText(text)).toBe(shown);
  });

  test('visibleLines keeps newlines and tabs alone', () => {
    expect(visibleLines('a\n\tb\r\u001b')).toBe('a\n\tb\\x0d\\x1b');
  });

  test('no control character is left of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visibleText(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
