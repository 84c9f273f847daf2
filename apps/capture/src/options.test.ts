import { describe, expect, test } from '@jest/globals';
import { type CaptureOptions, HELP, resolveOptions } from './options.ts';

const AROUND = { env: {}, hostname: 'web-1', isRoot: false };
const DEFAULTS: CaptureOptions = {
  interfaces: ['any'],
  ports: [],
  redisUrl: 'redis://127.0.0.1:6379',
  node: 'web-1',
  ringBytes: 268_435_456,
  ringAgeUs: 900_000_000,
  maskHeaders: [],
  maskParameters: [],
  metricsListen: { host: '127.0.0.1', port: 9152 },
  user: null,
};

describe('resolveOptions', () => {
  test('defaults', () => {
    expect(resolveOptions([], AROUND)).toEqual(DEFAULTS);
  });

  test('root gives up its rights unless told otherwise', () => {
    expect(resolveOptions([], { ...AROUND, isRoot: true }).user).toBe('nobody');
    expect(resolveOptions(['--user', 'root'], { ...AROUND, isRoot: true }).user).toBe('root');
  });

  test('the environment, then flags over it', () => {
    const env = { REDIS_URL: 'redis://r:1', RESETSCOPE_NODE: 'n', RESETSCOPE_INTERFACE: 'eth0, lo' };
    expect(resolveOptions([], { ...AROUND, env })).toMatchObject({
      redisUrl: 'redis://r:1',
      node: 'n',
      interfaces: ['eth0', 'lo'],
    });
    const flags = ['--redis', 'unix:/r.sock', '--node', 'm', '--interface', 'eth1'];
    expect(resolveOptions(flags, { ...AROUND, env })).toMatchObject({
      redisUrl: 'unix:/r.sock',
      node: 'm',
      interfaces: ['eth1'],
    });
  });

  test('flags that repeat, and lists', () => {
    const flags =
      '--interface a --interface b --interface a --ports 80,443 --mask-header X-Key --mask-parameter pin --mask-parameter p2';
    expect(resolveOptions(flags.split(' '), AROUND)).toEqual({
      ...DEFAULTS,
      interfaces: ['a', 'b'],
      ports: [80, 443],
      maskHeaders: ['X-Key'],
      maskParameters: ['pin', 'p2'],
    });
  });

  test.each([
    { args: ['--nope'], message: /'--nope'.*see --help/ },
    { args: ['extra'], message: /'extra'.*see --help/s },
    { args: ['--ports', '80,http'], message: /--ports: expected ports like 80,443, got "http"/ },
    { args: ['--ports', '0'], message: /got "0"/ },
    { args: ['--ports', Array.from({ length: 101 }, (_, i) => i + 1).join(',')], message: /at most 100, got 101/ },
    { args: ['--ring-bytes', '1k'], message: /--ring-bytes: expected at least 4194304 bytes, got 1024/ },
    { args: ['--metrics-listen', 'nowhere'], message: /expected an address/ },
  ])('$args.0 is a usage error', ({ args, message }) => {
    expect(() => resolveOptions(args, AROUND)).toThrow(expect.objectContaining({ code: 'RS_USAGE' }));
    expect(() => resolveOptions(args, AROUND)).toThrow(message);
  });
});

test('every flag of the help is accepted', () => {
  const flags = [...HELP.matchAll(/^ {2}--([a-z-]+) [A-Z]/gm)].map((match) => match[1]);
  expect(flags).toHaveLength(10);
  const values: Record<string, string> = {
    ports: '80',
    'ring-bytes': '8m',
    'ring-age': '1m',
    'metrics-listen': '127.0.0.1:0',
  };
  expect(() =>
    resolveOptions(
      flags.flatMap((flag) => [`--${flag}`, values[flag!] ?? 'x']),
      AROUND,
    ),
  ).not.toThrow();
});
