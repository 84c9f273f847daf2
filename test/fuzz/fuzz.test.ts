/** A short run of every target, from the inputs that long runs kept; and whether the fuzzer finds what it is for. */
import { describe, expect, test } from '@jest/globals';
import { readCorpus } from './corpus.ts';
import { Fuzzer } from './fuzzer.ts';
import { instrument } from './instrument.mjs';
import { type FuzzTarget, latin1, piecesOf } from './target.ts';
import { TARGETS } from './targets.ts';

const RUNS = 1000;

describe('targets', () => {
  test.each(Object.entries(TARGETS))('%s keeps its promises', async (name, load) => {
    const target = await load();
    expect(target.name).toBe(name);
    const { findings } = new Fuzzer(target, 7).run({ runs: RUNS, corpus: readCorpus(name) });
    expect(findings).toEqual([]);
  });
});

describe('the fuzzer', () => {
  const planted = (run: FuzzTarget['run']): FuzzTarget => ({
    name: 'planted',
    maxLen: 40,
    seeds: () => [latin1('length 12')],
    words: [latin1('bug')],
    run,
  });
  const hasBug = (input: Uint8Array): boolean => String.fromCharCode(...input).includes('bug');
  let kept: Uint8Array[];

  test.each([
    {
      name: 'a throw, made as short as can be',
      run: (input: Uint8Array) => {
        if (hasBug(input)) throw new Error('planted at 12');
      },
      message: /^Error: planted at 12/,
    },
    {
      name: 'memory that a length field asks for',
      run: (input: Uint8Array) => {
        if (hasBug(input)) kept.push(new Uint8Array(64 * 1024 * 1024));
      },
      message: /^expected at most \d+ bytes of memory, got \d+/,
    },
  ])('finds $name', ({ run, message }) => {
    kept = [];
    const { findings } = new Fuzzer(planted(run), 1).run({ runs: 400, corpus: [] });
    expect(findings).toEqual([{ input: latin1('bug'), message: expect.stringMatching(message) }]);
  });

  test('finds an endless loop', () => {
    let isFirst = true;
    const target = planted((input) => {
      const isCaught = isFirst && hasBug(input);
      if (isCaught) isFirst = false;
      while (isCaught);
    });
    const { findings } = new Fuzzer(target, 1, 1000).run({ runs: 400, corpus: [] });
    expect(findings).toEqual([{ input: expect.anything(), message: 'expected an end within 1000 ms, got none' }]);
  });

  test('does the same again for the same seed', () => {
    const seen: string[][] = [[], []];
    for (const inputs of seen) {
      new Fuzzer(
        planted((input) => inputs.push(String.fromCharCode(...input))),
        3,
      ).run({ runs: 300, corpus: [] });
    }
    expect(seen[0]).toEqual(seen[1]);
    expect(new Set(seen[0]).size).toBeGreaterThan(200);
  });
});

test('pieces make up the bytes', () => {
  const bytes = latin1('any bytes, and a few more of them');
  const pieces = [...piecesOf(bytes)];
  expect(pieces.length).toBeGreaterThan(1);
  expect(Uint8Array.from(pieces.flatMap((piece) => [...piece]))).toEqual(bytes);
});

test.each([
  { source: 'if (a) b();', counted: 'if (a) { fuzzed[0]++; b();}' },
  {
    source: 'if (a) b(); else if (c) d();',
    counted: 'if (a) { fuzzed[0]++; b();} else { fuzzed[1]++; if (c) { fuzzed[2]++; d();}}',
  },
  {
    source: 'const f = (a = 1) => a ? b : c;',
    counted: 'const f = (a = (fuzzed[1]++, 1)) => (fuzzed[0]++, a ? (fuzzed[2]++, b) : (fuzzed[3]++, c));',
  },
  { source: 'while (a && b) { c(); }', counted: 'while (a && (fuzzed[0]++, b)) { fuzzed[1]++; c(); }' },
  { source: 'switch (a) { case 1: case 2: b(); }', counted: 'switch (a) { case 1: case 2: fuzzed[0]++; b(); }' },
  { source: 'let a: A | undefined;', counted: 'let a: A | undefined;' },
])('$source is counted', ({ source, counted }) => {
  const ticks = counted.split('++').length - 1;
  expect(instrument(source)).toBe(`const fuzzed = globalThis.resetscopeFuzz.take(${ticks});${counted}`);
});
