import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makeTempDir, type TempDir } from '@resetscope/testkit';
import fc from 'fast-check';
import { isPattern, matchPattern, segmentExpression } from './glob-pattern.ts';

describe('one segment', () => {
  test.each([
    { pattern: '*.error.log', name: 'shop.error.log', matches: true },
    { pattern: '*.error.log', name: 'shop.error.log.1', matches: false },
    { pattern: '*.error.log', name: '.error.log', matches: false },
    { pattern: '*', name: '.hidden', matches: false },
    { pattern: '.*', name: '.hidden', matches: true },
    { pattern: 'error?.log', name: 'error1.log', matches: true },
    { pattern: 'error?.log', name: 'error.log', matches: false },
    { pattern: 'error[0-9].log', name: 'error7.log', matches: true },
    { pattern: 'error[!0-9].log', name: 'error7.log', matches: false },
    { pattern: '{shop,api}*.log', name: 'api-2.log', matches: true },
    { pattern: '{shop,api}*.log', name: 'web.log', matches: false },
    { pattern: 'a+b(*).log', name: 'a+b(1).log', matches: true },
    { pattern: 'a.b*', name: 'axb', matches: false },
    { pattern: 'a,b*', name: 'a,b1', matches: true },
    { pattern: '[z-a]*', name: '[z-a]*', matches: true },
    { pattern: '{a*', name: '{ab', matches: true },
    { pattern: '****************b', name: 'a'.repeat(255), matches: false },
  ])('$pattern and $name: $matches', ({ pattern, name, matches }) => {
    expect(segmentExpression(pattern).test(name)).toBe(matches);
  });

  test('never throws, and a star takes any name without a dot at its start', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), (pattern, name) => {
        segmentExpression(pattern).test(name);
        if (!/[./]/.test(name)) expect(segmentExpression('*').test(name)).toBe(true);
      }),
    );
  });
});

test.each([
  { path: '/var/log/nginx/error.log', expected: false },
  { path: '/var/log/*/error.log', expected: true },
  { path: '/var/log/{a,b}.log', expected: true },
])('isPattern $path: $expected', ({ path, expected }) => expect(isPattern(path)).toBe(expected));

describe('in a folder', () => {
  let dir: TempDir;

  beforeAll(async () => {
    dir = await makeTempDir('resetscope-glob-');
    for (const name of ['a', 'b', '.c']) {
      mkdirSync(join(dir.path, name));
      writeFileSync(join(dir.path, name, 'error.log'), '');
      writeFileSync(join(dir.path, name, 'access.log'), '');
    }
  });

  afterAll(() => dir.remove());

  test.each([
    { pattern: '*/error.log', found: ['a/error.log', 'b/error.log'] },
    { pattern: 'a/*', found: ['a/access.log', 'a/error.log'] },
    { pattern: '?/*.log', found: ['a/access.log', 'a/error.log', 'b/access.log', 'b/error.log'] },
    { pattern: 'none/*.log', found: [] },
    { pattern: 'a/error.log/*', found: [] },
  ])('$pattern', async ({ pattern, found }) => {
    expect(await matchPattern(join(dir.path, pattern))).toEqual(found.map((path) => join(dir.path, path)));
  });
});
