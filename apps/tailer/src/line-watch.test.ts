import { Buffer } from 'node:buffer';
import { describe, expect, test } from '@jest/globals';
import { LineWatch } from './line-watch.ts';

const STAMP = '2026/11/22 06:35:12';
const RESET = `${STAMP} [error] 7#7: *1 recv() failed (104: Connection reset by peer) while x, client: 10.0.0.1, request: "GET /"`;
const OTHER = `${STAMP} [error] 7#7: *1 open() "/x" failed (2: No such file or directory)`;

/** Asks about each line as the follower does, within one buffer. */
function watch(lines: readonly string[]): { readonly watch: LineWatch; readonly wanted: readonly boolean[] } {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1');
  const watch = new LineWatch();
  const wanted: boolean[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0x0a, start);
    wanted.push(watch.wanted(bytes, start, end));
    start = end + 1;
  }
  return { watch, wanted };
}

describe('LineWatch', () => {
  test('wants what may be of the family, and counts the rest', () => {
    const { watch: seen, wanted } = watch([RESET, OTHER, 'the rest of a message', '', RESET]);
    expect(wanted).toEqual([true, false, false, false, true]);
    expect(seen.take()).toMatchObject({ others: 1, continuations: 2, sawInfo: false });
    expect(seen.take()).toMatchObject({ others: 0, continuations: 0 });
  });

  test.each([
    { text: `${STAMP} [info] 7#7: *1 client closed connection`, sawInfo: true },
    { text: `${STAMP} [error] 7#7: *1 [info]`, sawInfo: false },
    { text: '', sawInfo: false },
  ])('level info: $text', ({ text, sawInfo }) => {
    expect(watch([text]).watch.take().sawInfo).toBe(sawInfo);
  });

  test.each([
    { text: `${STAMP} [error] 7#7: too many log messages, limiting`, limited: 1 },
    { text: `${STAMP} [info] 4294967295#4294967295: too many log messages, limiting`, limited: 1 },
    { text: `${STAMP} [error] 7#7: *1 open() "too many log messages, limiting`, limited: 0 },
    { text: 'too many log messages, limiting', limited: 0 },
    { text: `${STAMP} [notice] 7#7: exiting`, limited: 0 },
  ])("freenginx's and Angie's mark of dropped lines: $text", ({ text, limited }) => {
    expect(watch([text]).watch.take().limited).toBe(limited);
  });

  describe('a line that a client smuggled in by a newline in a decoded path', () => {
    test('stands between an open quote and its rest', () => {
      const opened = `${STAMP} [error] 9#9: *8 open() "/html/x`;
      const rest = '" failed (2: No such file or directory), client: 10.0.0.1';
      expect(watch([OTHER, opened, RESET, rest, RESET]).watch.take()).toMatchObject({
        afterUnclosedQuote: 1,
        beforeContinuation: 1,
      });
    });

    test.each([
      { name: 'quotes that close', lines: [OTHER, RESET, RESET] },
      { name: 'a line that nginx cut at its limit', lines: [`${OTHER} "`.padEnd(2047, 'x'), RESET] },
      { name: 'an open quote too far away', lines: [`${OTHER} "`, ...Array(30).fill(OTHER), RESET] },
      { name: 'a continuation behind a line of no interest', lines: [OTHER, 'rest', RESET] },
    ])('is not seen in $name', ({ lines }) => {
      expect(watch(lines).watch.take()).toMatchObject({ afterUnclosedQuote: 0, beforeContinuation: 0 });
    });
  });
});
