import { describe, expect, test } from '@jest/globals';
import { parseFlags } from './flags.ts';

const SPEC = {
  redis: { type: 'string' },
  wait: { type: 'boolean' },
  'error-log': { type: 'string', multiple: true },
} as const;

test('reads what the specification names', () => {
  const args = ['--redis', 'unix:/r.sock', '--wait', '--error-log', 'a', '--error-log=b'];
  expect(parseFlags(args, SPEC, 'see --help')).toEqual({ redis: 'unix:/r.sock', wait: true, 'error-log': ['a', 'b'] });
});

describe('refuses in one line that ends with where to read more', () => {
  test.each([
    { name: 'an unknown flag', args: ['--bogus'], says: /^Unknown option '--bogus'.*; see --help$/ },
    { name: 'a stray argument', args: ['eth0'], says: /^Unexpected argument 'eth0'.*; see --help$/ },
    {
      name: 'a flag where a value belongs',
      args: ['--redis', '--wait'],
      says: /^Option '--redis' argument is ambiguous.*; see --help$/,
    },
  ])('$name', ({ args, says }) => {
    const parse = (): unknown => parseFlags(args, SPEC, 'see --help');
    expect(parse).toThrow(says);
    expect(parse).toThrow(expect.objectContaining({ code: 'RS_USAGE' }));
  });
});

test('a program may say it in its own words', () => {
  const parse = (): unknown => parseFlags(['--bogus'], SPEC, 'see --help', (text) => `no: ${text.slice(0, 14)}`);
  expect(parse).toThrow(/^no: Unknown option; see --help$/);
});
