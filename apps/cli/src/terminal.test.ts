import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { cutTo, Terminal } from './terminal.ts';

/** A stream that says of itself what a terminal says. */
function screen(parts: { readonly isTTY: boolean; readonly columns?: number }): {
  readonly stream: NodeJS.WriteStream;
  readonly written: () => string;
} {
  const stream = Object.assign(new PassThrough(), parts);
  return { stream: stream as unknown as NodeJS.WriteStream, written: () => String(stream.read() ?? '') };
}

describe('colour', () => {
  test.each([
    { name: 'on a terminal', isTTY: true, env: {}, expected: '\u001b[31mno\u001b[0m' },
    { name: 'not with NO_COLOR', isTTY: true, env: { NO_COLOR: '1' }, expected: 'no' },
    { name: 'also with an empty NO_COLOR', isTTY: true, env: { NO_COLOR: '' }, expected: '\u001b[31mno\u001b[0m' },
    { name: 'not on a pipe', isTTY: false, env: {}, expected: 'no' },
    { name: 'not on a dumb terminal', isTTY: true, env: { TERM: 'dumb' }, expected: 'no' },
    {
      name: 'on a pipe with FORCE_COLOR',
      isTTY: false,
      env: { FORCE_COLOR: '1', NO_COLOR: '1' },
      expected: '\u001b[31mno\u001b[0m',
    },
    { name: 'not with FORCE_COLOR=0', isTTY: true, env: { FORCE_COLOR: '0' }, expected: 'no' },
    { name: 'an empty FORCE_COLOR says nothing', isTTY: false, env: { FORCE_COLOR: '' }, expected: 'no' },
  ])('$name', ({ isTTY, env, expected }) => {
    expect(new Terminal(screen({ isTTY }).stream, env).paint('red', 'no')).toBe(expected);
  });
});

test('redraw goes up over what it drew before', () => {
  const { stream, written } = screen({ isTTY: true });
  const terminal = new Terminal(stream, {});
  terminal.redraw(0, ['a', 'b']);
  terminal.redraw(2, ['c']);
  expect(written()).toBe('\u001b[0Ja\nb\n\u001b[2F\u001b[0Jc\n');
});

test('a pipe gets no pending lines and no cutting', () => {
  const { stream, written } = screen({ isTTY: false });
  const terminal = new Terminal(stream, {});
  terminal.writePending('…');
  terminal.clearPending();
  terminal.writeLine('done');
  expect(written()).toBe('done\n');
  expect(terminal.columns).toBe(Number.POSITIVE_INFINITY);
});

test.each([
  { width: 5, expected: 'reset' },
  { width: 4, expected: 'res…' },
  { width: 0, expected: '…' },
])('cutTo $width', ({ width, expected }) => {
  expect(cutTo(width, 'reset')).toBe(expected);
});
