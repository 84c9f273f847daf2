import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cutHead, HEAD_MAX_LEN, isWholeHead, markBytes, startsWithMark } from './byte-mark.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the head', () => {
  test.each([
    { name: 'an empty file', first: '', head: '', whole: false },
    { name: 'a torn line', first: 'ab', head: 'ab', whole: false },
    { name: 'one line of one byte', first: 'a\n', head: 'a\n', whole: true },
    { name: 'two lines', first: 'ab\ncd\n', head: 'ab\n', whole: true },
    { name: 'a hole and a line', first: '\0\0\0ab\ncd', head: 'ab\n', whole: true },
    { name: 'a hole', first: '\0\0\0', head: '', whole: false },
    { name: 'a long line', first: 'x'.repeat(HEAD_MAX_LEN + 9), head: 'x'.repeat(HEAD_MAX_LEN), whole: true },
  ])('of $name', ({ first, head, whole }) => {
    expect(cutHead(bytes(first))).toEqual(bytes(head));
    expect(isWholeHead(bytes(head))).toBe(whole);
  });

  test('once whole, it stays the same while the file grows', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.uint8Array({ maxLength: 600 }), (before, more) => {
        const head = cutHead(before);
        fc.pre(isWholeHead(head));
        expect(cutHead(Uint8Array.of(...before, ...more))).toEqual(head);
      }),
    );
  });
});

describe('a mark', () => {
  test('is known at the beginning of longer bytes and nowhere else', () => {
    const mark = markBytes(bytes('ab'));
    expect(startsWithMark(bytes('abc'), mark)).toBe(true);
    expect(startsWithMark(bytes('ab'), mark)).toBe(true);
    expect(startsWithMark(bytes('a'), mark)).toBe(false);
    expect(startsWithMark(bytes('xab'), mark)).toBe(false);
  });

  test('of nothing is known nowhere', () => {
    expect(startsWithMark(bytes('a'), markBytes(bytes('')))).toBe(false);
  });

  test('never changes: checkpoints outlive releases', () => {
    expect(markBytes(bytes('abc'))).toEqual({ len: 3, hash: 'ba7816bf8f01cfea414140de5dae2223' });
  });
});
