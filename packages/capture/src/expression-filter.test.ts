import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hasProgram, waitUntil } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { buildTcpFrame, buildTcpPacket, TcpFlag } from '@resetscope/wire';
import { openAfPacket } from './af-packet-source.ts';
import { NETWORK_HEADER } from './bpf.ts';
import { compileExpression, joinByHardwareType, parseProgram } from './expression-filter.ts';
import { runBpf } from './testing/bpf-machine.ts';
import { canMakeNamespaces, NetworkNamespace } from './testing/network-namespace.ts';

const SPEC = { src: '10.0.0.1', dst: '10.0.0.2', srcPort: 1000, flags: TcpFlag.ACK };
const [ARPHRD_ETHER, ARPHRD_LOOPBACK, ARPHRD_NONE] = [1, 772, 0xfffe];

test('parseProgram reads tcpdump -ddd', () => {
  expect(parseProgram('2\n40 0 0 12\n6 0 0 262144\n')).toEqual([
    { code: 40, jt: 0, jf: 0, k: 12 },
    { code: 6, jt: 0, jf: 0, k: 262144 },
  ]);
});

test('joinByHardwareType moves the loads of the raw program, and nothing else, to the network header', () => {
  const load = (code: number, k: number) => ({ code, jt: 0, jf: 0, k });
  const raw = [load(0x30, 9), load(0x48, 2), load(0xb1, 0), load(0x20, 2 ** 32 - 0x1000), load(0x60, 1), load(0x06, 7)];
  expect(joinByHardwareType([], raw).slice(4)).toEqual([
    load(0x30, NETWORK_HEADER + 9),
    load(0x48, NETWORK_HEADER + 2),
    load(0xb1, NETWORK_HEADER),
    load(0x20, 2 ** 32 - 0x1000),
    load(0x60, 1),
    load(0x06, 7),
  ]);
});

describeIf(hasProgram('tcpdump'), 'needs tcpdump')('compileExpression', () => {
  test('selects alike on Ethernet, loopback and raw IP', async () => {
    const program = await compileExpression('tcp dst port 80', 500);
    for (const [dstPort, snapLen] of [[80, 500] as const, [81, 0] as const]) {
      const frame = { bytes: buildTcpFrame({ ...SPEC, dstPort }), networkAt: 14 };
      expect(runBpf(program, { ...frame, hardwareType: ARPHRD_ETHER })).toBe(snapLen);
      expect(runBpf(program, { ...frame, hardwareType: ARPHRD_LOOPBACK })).toBe(snapLen);
      const packet = { bytes: buildTcpPacket({ ...SPEC, dstPort }), hardwareType: ARPHRD_NONE };
      expect(runBpf(program, packet)).toBe(snapLen);
    }
  });

  test('what speaks of Ethernet matches nothing without it', async () => {
    const program = await compileExpression('ether host 02:00:00:00:00:01', 500);
    const bytes = buildTcpFrame({ ...SPEC, dstPort: 80 });
    expect(runBpf(program, { bytes, hardwareType: ARPHRD_ETHER })).toBe(500);
    expect(runBpf(program, { bytes, hardwareType: ARPHRD_NONE })).toBe(0);
  });

  test.each([
    { expression: 'port 80 and', message: /got "port 80 and": can't parse filter expression: syntax error/ },
    { expression: 'nonsense', message: /got "nonsense": .*\bnonsense|syntax error/ },
    { expression: '-w /tmp/x', message: /got "-w \/tmp\/x": can't parse filter expression: syntax error/ },
  ])("a wrong one is a usage error with tcpdump's own words: $expression", async ({ expression, message }) => {
    await expect(compileExpression(expression, 500)).rejects.toMatchObject({ code: 'RS_USAGE' });
    await expect(compileExpression(expression, 500)).rejects.toThrow(message);
  });
});

describe('without tcpdump', () => {
  test('the error says what to install', async () => {
    const path = process.env['PATH'];
    process.env['PATH'] = '/nowhere';
    const fix = expect.stringContaining('apt-get install tcpdump');
    try {
      await expect(compileExpression('tcp', 500)).rejects.toMatchObject({ code: 'RS_PROGRAM_MISSING', fix });
    } finally {
      process.env['PATH'] = path;
    }
  });
});

describeIf(canMakeNamespaces && hasProgram('tcpdump'), 'needs root, ip and tcpdump')('in the kernel', () => {
  let namespace: NetworkNamespace;
  beforeAll(() => {
    namespace = new NetworkNamespace();
    namespace.addCable('near', 'far');
  });
  afterAll(() => namespace.remove());

  test.each([
    { expression: 'vlan 5', seen: [3] },
    { expression: 'vlan 5 and tcp dst port 80', seen: [3] },
    { expression: 'tcp dst port 80', seen: [1, 3] },
    { expression: 'dst port 81', seen: [2] },
  ])('$expression', async ({ expression, seen }) => {
    // The last one is asked for first: after `vlan` every offset counts from behind a tag (pcap-filter(7)).
    const all = `dst port 9 or (${expression})`;
    const source = await namespace.enter(() => openAfPacket({ interface: 'near', expression: all }));
    const frames = [{ dstPort: 80 }, { dstPort: 81 }, { dstPort: 80, vlan: 5 }, { dstPort: 9 }];
    for (const [i, frame] of frames.entries()) {
      namespace.send('far', buildTcpFrame({ ...SPEC, ...frame, srcPort: i + 1 }));
    }
    const ports: number[] = [];
    const drain = (): boolean => {
      source.drain(({ bytes }) => ports.push(bytes[12] === 0x81 ? (bytes[39] ?? 0) : (bytes[35] ?? 0)));
      return ports.includes(4);
    };
    await waitUntil(drain, { what: 'the last frame' });
    source.close();
    expect(ports).toEqual([...seen, 4]);
  });
});
