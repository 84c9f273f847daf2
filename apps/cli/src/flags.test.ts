import { describe, expect, test } from '@jest/globals';
import { parseCount, parseFlags, parsePorts } from './flags.ts';

const SPEC = {
  interface: { type: 'string' },
  json: { type: 'boolean' },
  'error-log': { type: 'string', multiple: true },
} as const;

test('reads what the specification names', () => {
  const argv = ['--interface', 'eth0', '--json', '--error-log', 'a', '--error-log=b'];
  expect(parseFlags('up', argv, SPEC)).toEqual({ interface: 'eth0', json: true, 'error-log': ['a', 'b'] });
});

describe('refuses', () => {
  test.each([
    {
      name: 'an unknown flag',
      argv: ['--bogus'],
      says: 'unknown flag "--bogus", expected one of --interface --json --error-log',
    },
    { name: 'a stray argument', argv: ['eth0'], says: 'unexpected argument "eth0"' },
    { name: 'a missing value', argv: ['--interface'], says: 'expected a value after --interface, got none' },
    { name: 'a value nobody asked for', argv: ['--json=yes'], says: "Option '--json' does not take an argument" },
  ])('$name', ({ argv, says }) => {
    const parse = (): unknown => parseFlags('up', argv, SPEC);
    expect(parse).toThrow(`${says}; see resetscope up --help`);
    expect(parse).toThrow(expect.objectContaining({ code: 'RS_USAGE' }));
  });
});

test.each(['', '0', '-1', '1.5', '1e2', '11', 'x'])('a count from 1 to 10 is not %j', (text) => {
  expect(() => parseCount('seconds', text, { min: 1, max: 10 })).toThrow('whole number from 1 to 10');
});

test('counts are numbers', () => {
  expect(parseCount('seconds', '10', { min: 1, max: 10 })).toBe(10);
});

test.each(['', '80,', 'http', '0', '65536', '80 443'])('ports are not %j', (text) => {
  expect(() => parsePorts('ports', text)).toThrow('ports like 80,443');
});

test('ports are a list', () => {
  expect(parsePorts('ports', '80,443')).toEqual([80, 443]);
});
