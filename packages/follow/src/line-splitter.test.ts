import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LineSplitter, type SplitLine } from './line-splitter.ts';

interface Result {
  readonly lines: readonly {
    readonly offset: number;
    readonly nextOffset: number;
    readonly text: string;
    readonly cut: number;
  }[];
  readonly nulSkipped: number;
  readonly tornLen: number;
}

/** Lines are views: they are copied before the next chunk is pushed. */
function split(chunks: readonly Uint8Array[], maxLineLen: number, offset = 0): Result {
  const splitter = new LineSplitter(maxLineLen, offset);
  const lines: (Omit<SplitLine, 'bytes'> & { text: string })[] = [];
  let nulSkipped = 0;
  for (const chunk of chunks) {
    const pushed = splitter.push(chunk);
    nulSkipped += pushed.nulSkipped;
    for (const { bytes, ...line } of pushed.lines) lines.push({ ...line, text: Buffer.from(bytes).toString('latin1') });
    chunk.fill(0x3f);
  }
  return { lines, nulSkipped, tornLen: splitter.tornLen };
}

const chunksOf = (...texts: string[]): Uint8Array[] =>
  texts.map((text) => Uint8Array.from(Buffer.from(text, 'latin1')));

describe('LineSplitter', () => {
  test.each([
    {
      name: 'whole lines',
      chunks: ['ab\ncd\n'],
      lines: [
        [0, 3, 'ab', 0],
        [3, 6, 'cd', 0],
      ],
      nul: 0,
      torn: 0,
    },
    {
      name: 'empty lines',
      chunks: ['\n\n'],
      lines: [
        [0, 1, '', 0],
        [1, 2, '', 0],
      ],
      nul: 0,
      torn: 0,
    },
    { name: 'a torn line', chunks: ['a\nb'], lines: [[0, 2, 'a', 0]], nul: 0, torn: 1 },
    { name: 'a line over three chunks', chunks: ['a', 'b', 'c\nd'], lines: [[0, 4, 'abc', 0]], nul: 0, torn: 1 },
    { name: 'a newline alone in a chunk', chunks: ['ab', '\n'], lines: [[0, 3, 'ab', 0]], nul: 0, torn: 0 },
    {
      name: 'a long line',
      chunks: ['123456\n7\n'],
      lines: [
        [0, 7, '1234', 2],
        [7, 9, '7', 0],
      ],
      nul: 0,
      torn: 0,
    },
    { name: 'a long line over chunks', chunks: ['123', '456', '789\n'], lines: [[0, 10, '1234', 5]], nul: 0, torn: 0 },
    { name: 'a hole', chunks: ['\0\0', '\0a\n'], lines: [[3, 5, 'a', 0]], nul: 3, torn: 0 },
    { name: 'NUL within a line', chunks: ['a\0b\n'], lines: [[0, 4, 'a\0b', 0]], nul: 0, torn: 0 },
    {
      name: 'NUL at the start of a chunk within a line',
      chunks: ['a', '\0b\n'],
      lines: [[0, 4, 'a\0b', 0]],
      nul: 0,
      torn: 0,
    },
    { name: 'nothing', chunks: ['', ''], lines: [], nul: 0, torn: 0 },
  ])('$name', ({ chunks, lines, nul, torn }) => {
    expect(split(chunksOf(...chunks), 4)).toEqual({
      lines: lines.map(([offset, nextOffset, text, cut]) => ({ offset, nextOffset, text, cut })),
      nulSkipped: nul,
      tornLen: torn,
    });
  });

  test('offsets count from where the first chunk begins', () => {
    expect(split(chunksOf('ab\n'), 9, 1000).lines).toMatchObject([{ offset: 1000, nextOffset: 1003 }]);
  });

  test('however the bytes are cut into chunks, the lines are the same', () => {
    const byte = fc.constantFrom(0, 10, 97, 98, 0xc3, 0xa9);
    fc.assert(
      fc.property(fc.array(fc.array(byte, { maxLength: 12 }), { maxLength: 12 }), (pieces) => {
        const pieced = split(
          pieces.map((piece) => Uint8Array.from(piece)),
          5,
        );
        expect(pieced).toEqual(split([Uint8Array.from(pieces.flat())], 5));
      }),
    );
  });

  test('the wanted lines are those that a look at every line picks, and each is asked about once', () => {
    const byte = fc.constantFrom(0, 10, 97, 98, 99);
    const hasB = (text: string): boolean => text.includes('b');
    fc.assert(
      fc.property(fc.array(fc.array(byte, { maxLength: 12 }), { maxLength: 12 }), (pieces) => {
        const asked: string[] = [];
        const splitter = new LineSplitter(5, 7, (bytes, start, end) => {
          asked.push(Buffer.from(bytes.subarray(start, end)).toString('latin1'));
          return hasB(asked.at(-1)!);
        });
        const lines: unknown[] = [];
        let passed = 0;
        for (const piece of pieces) {
          const pushed = splitter.push(Uint8Array.from(piece));
          passed += pushed.passed;
          for (const { bytes, ...line } of pushed.lines)
            lines.push({ ...line, text: Buffer.from(bytes).toString('latin1') });
        }
        const all = split([Uint8Array.from(pieces.flat())], 5, 7).lines;
        expect(asked).toEqual(all.map(({ text }) => text));
        expect(lines).toEqual(all.filter(({ text }) => hasB(text)));
        expect(passed).toBe(all.length - lines.length);
        expect(splitter.endedAt).toBe(all.at(-1)?.nextOffset ?? 7);
      }),
    );
  });
});
