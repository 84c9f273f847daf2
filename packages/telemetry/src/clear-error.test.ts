import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { ClearError, describeFailure, ExitCode } from './clear-error.ts';

const source = readFileSync(new URL('./clear-error.ts', import.meta.url), 'utf8');
const codes = [...source.matchAll(/\| '(RS_[A-Z_]+)'/g)].map((match) => match[1]);

describe('ClearError', () => {
  test('puts message and fix on one line', () => {
    const error = new ClearError('RS_PORT_IN_USE', 'port 80 is in use', 'choose another');
    expect(describeFailure('resetscope web', error)).toBe('resetscope web: port 80 is in use; choose another');
  });

  test('without a fix the message stands alone', () => {
    expect(new ClearError('RS_USAGE', 'no').message).toBe('no');
  });

  test.each([
    ['RS_USAGE', ExitCode.usage],
    ['RS_REDIS_UNAVAILABLE', ExitCode.failed],
  ] as const)('%s exits with %i', (code, exitCode) => {
    expect(new ClearError(code, 'x').exitCode).toBe(exitCode);
  });

  test('a bug keeps its stack', () => {
    expect(describeFailure('p', new TypeError('boom'))).toMatch(/^p: internal error: TypeError: boom\n\s+at /);
  });

  test('anything thrown is described', () => {
    expect(describeFailure('p', 'text')).toBe('p: internal error: text');
  });
});

test('docs/errors.md lists every code, and no other', () => {
  const docs = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
  const documented = [...docs.matchAll(/^\| `(RS_[A-Z_]+)` \|/gm)].map((match) => match[1]);
  expect(codes.length).toBeGreaterThan(5);
  expect(documented.toSorted()).toEqual(codes.toSorted());
});
