import { describe, expect, test } from '@jest/globals';
import { type CaptureOptions, HELP, type LiveInput, resolveOptions } from './options.ts';

const AROUND = { env: {}, hostname: 'web-1', isRoot: false };
const LIVE: LiveInput = {
  kind: 'live',
  interfaces: ['any'],
  source: 'auto',
  traffic: { kind: 'ports', ports: [] },
  waitForInterface: false,
  promiscuous: false,
};
const DEFAULTS: CaptureOptions = {
  input: LIVE,
  redis: { url: 'redis://127.0.0.1:6379' },
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
      redis: { url: 'redis://r:1' },
      node: 'n',
      input: { interfaces: ['eth0', 'lo'] },
    });
    const flags = ['--redis', 'unix:/r.sock', '--node', 'm', '--interface', 'eth1'];
    expect(resolveOptions(flags, { ...AROUND, env })).toMatchObject({
      redis: { url: 'unix:/r.sock' },
      node: 'm',
      input: { interfaces: ['eth1'] },
    });
  });

  test('flags that repeat, and lists', () => {
    const flags =
      '--interface a --interface b --interface a --ports 80,443 --mask-header X-Key --mask-parameter pin --mask-parameter p2';
    expect(resolveOptions(flags.split(' '), AROUND)).toEqual({
      ...DEFAULTS,
      input: { ...LIVE, interfaces: ['a', 'b'], traffic: { kind: 'ports', ports: [80, 443] } },
      maskHeaders: ['X-Key'],
      maskParameters: ['pin', 'p2'],
    });
  });

  test.each([
    { args: '--interface a --wait-for-interface --promiscuous', input: { waitForInterface: true, promiscuous: true } },
    { args: '--ports-from nginx', input: { traffic: { kind: 'nginx-ports', from: 'nginx' } } },
    { args: '--ports-from /etc/n.conf', input: { traffic: { kind: 'nginx-ports', from: '/etc/n.conf' } } },
    { args: '--filter tcp', input: { traffic: { kind: 'expression', expression: 'tcp' } } },
    { args: '--source cap', input: { source: 'cap' } },
  ])('$args', ({ args, input }) => {
    expect(resolveOptions(args.split(' '), AROUND)).toMatchObject({ input });
  });

  test('a file has a ring of its own unless told otherwise', () => {
    const env = { RESETSCOPE_NODE: 'n', RESETSCOPE_INTERFACE: 'eth0' };
    const options = resolveOptions(['--file', '/x/a.pcap'], { ...AROUND, env });
    expect(options).toMatchObject({ input: { kind: 'file', path: '/x/a.pcap' }, node: 'a.pcap' });
    expect(resolveOptions(['--file', '/x/a.pcap', '--node', 'm'], AROUND).node).toBe('m');
  });

  test.each([
    { args: ['--nope'], message: /'--nope'.*see --help/ },
    { args: ['extra'], message: /'extra'.*see --help/s },
    { args: ['--ports', '80,http'], message: /--ports: expected ports like 80,443, got "http"/ },
    { args: ['--ports', '0'], message: /got "0"/ },
    {
      args: ['--ports', Array.from({ length: 101 }, (_, i) => i + 1).join(',')],
      message: /at most 100 ports, got 101/,
    },
    { args: ['--ports', '80', '--filter', 'tcp'], message: /^--filter: not with --ports, .*; leave one of them out$/ },
    { args: ['--ports-from', 'nginx', '--filter', 'tcp'], message: /^--filter: not with --ports-from/ },
    { args: ['--ports', '80', '--ports-from', 'nginx'], message: /^--ports-from: not with --ports/ },
    { args: ['--filter', ' '], message: /--filter: expected an expression/ },
    { args: ['--source', 'pcap'], message: /--source: expected af_packet or cap, got "pcap"/ },
    { args: ['--promiscuous'], message: /--promiscuous: expected named interfaces, got any/ },
    { args: ['--file', 'a.pcap', '--ports', '80'], message: /--ports: not with --file/ },
    { args: ['--file', 'a.pcap', '--promiscuous'], message: /--promiscuous: not with --file/ },
    { args: ['--ring-bytes', '1k'], message: /--ring-bytes: expected at least 4194304 bytes, got 1024/ },
    { args: ['--metrics-listen', 'nowhere'], message: /expected an address/ },
  ])('$args.0 is a usage error', ({ args, message }) => {
    expect(() => resolveOptions(args, AROUND)).toThrow(expect.objectContaining({ code: 'RS_USAGE' }));
    expect(() => resolveOptions(args, AROUND)).toThrow(message);
  });
});

test('every flag of the help is accepted, and there is no other', () => {
  const helped = [...HELP.matchAll(/^ {2}--([a-z-]+)( [A-Z]+)?/gm)].map(([, flag, value]) => ({ flag, value }));
  expect(helped).toHaveLength(22);
  const values: Record<string, string> = {
    ports: '80',
    source: 'cap',
    'ring-bytes': '8m',
    'ring-age': '1m',
    'metrics-listen': '127.0.0.1:0',
  };
  const isPromiscuous = { flag: 'interface', value: ' NAME' };
  for (const { flag = '', value } of helped.filter((each) => each.flag !== 'help')) {
    const args = [{ flag, value }, ...(flag === 'promiscuous' ? [isPromiscuous] : [])].flatMap((each) =>
      each.value === undefined ? [`--${each.flag}`] : [`--${each.flag}`, values[each.flag] ?? 'x'],
    );
    expect(() => resolveOptions(args, AROUND)).not.toThrow();
  }
});
