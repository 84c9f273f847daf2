/** Interfaces that come and go, with real ones; what every source promises is in packet-source.test.ts. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { canCapture, waitUntil } from '@resetscope/testkit';
import { describeIf, testIf } from '@resetscope/testkit/jest';
import { buildTcpFrame, TcpFlag } from '@resetscope/wire';
import fc from 'fast-check';
import { openAfPacket } from './af-packet-source.ts';
import type { InterfaceState } from './interface-binding.ts';
import type { LiveOptions } from './live-options.ts';
import type { PacketSource } from './packet-source.ts';
import { canMakeNamespaces, NetworkNamespace } from './testing/network-namespace.ts';

testIf(canCapture(), 'needs CAP_NET_RAW')('an interface that does not exist is named, with those that do', async () => {
  const opening = openAfPacket({ interface: 'nosuch0' });
  const fix = expect.stringMatching(/choose one of any, .*lo.*--wait-for-interface/);
  await expect(opening).rejects.toMatchObject({ code: 'RS_INTERFACE_MISSING', fix });
});

describeIf(canMakeNamespaces, 'needs root, CAP_NET_RAW and ip')('interfaces that come and go', () => {
  let namespace: NetworkNamespace;
  let source: PacketSource;
  let states: InterfaceState[];
  beforeAll(() => {
    namespace = new NetworkNamespace();
  });
  beforeEach(() => {
    states = [];
  });
  afterAll(() => namespace.remove());

  async function open(options: Partial<LiveOptions> = {}): Promise<void> {
    const observer = { interfaceChanged: (_name: string, state: InterfaceState) => states.push(state) };
    source = await namespace.enter(() => openAfPacket({ interface: 'near', observer, ...options }));
  }

  /** Port numbers of the TCP packets that arrive until `last` does. */
  async function portsUntil(last: number): Promise<readonly number[]> {
    const ports: number[] = [];
    const drain = (): boolean => {
      source.drain(({ bytes }) => ports.push(((bytes[34] ?? 0) << 8) | (bytes[35] ?? 0)));
      return ports.includes(last);
    };
    await waitUntil(drain, { what: `the packet of port ${last}` });
    return ports;
  }

  function send(srcPort: number): void {
    namespace.send(
      'far',
      buildTcpFrame({ src: '10.0.0.1', dst: '10.0.0.2', srcPort, dstPort: 80, flags: TcpFlag.ACK }),
    );
  }

  /** Looks until this is the newest state. */
  async function stateBecomes(state: InterfaceState): Promise<void> {
    const look = (): boolean => {
      source.drain(() => undefined);
      return states.at(-1) === state;
    };
    await waitUntil(look, { what: `the interface to be ${state}` });
  }

  test('waits for one, keeps it over down and up, and takes the next one of that name', async () => {
    await open({ waitForInterface: true });
    expect(states).toEqual(['missing']);
    namespace.addCable('near', 'far');
    await stateBecomes('up');
    send(1);
    expect(await portsUntil(1)).toEqual([1]);

    namespace.ip('link set near down');
    await stateBecomes('down');
    namespace.ip('link set near up');
    await stateBecomes('up');
    send(2);
    expect(await portsUntil(2)).toEqual([2]);

    namespace.ip('link del near');
    await stateBecomes('missing');
    namespace.addCable('near', 'far');
    await stateBecomes('up');
    send(3);
    expect(await portsUntil(3)).toEqual([3]);
    expect(source.stats()).toEqual({ received: 3, dropped: 0 });
    expect(states.filter((state, i) => state === states[i - 1])).toEqual([]);
    source.close();
    namespace.ip('link del near');
  });

  test('one that is removed and made again between two looks, with its old index, is bound again', async () => {
    namespace.addCable('near', 'far');
    await open();
    const index = /^(\d+): near/m.exec(
      execFileSync('ip', ['-netns', namespace.name, 'link'], { encoding: 'latin1' }),
    )?.[1];
    namespace.ip('link del near');
    namespace.ip(`link add near index ${index} type veth peer name far`);
    namespace.ip('link set near up');
    namespace.ip('link set far up');
    const drainAndSend = (): boolean => {
      send(4);
      return source.drain(() => undefined) > 0;
    };
    await waitUntil(drainAndSend, { what: 'a packet of the new interface' });
    source.close();
    namespace.ip('link del near');
  });

  test('any takes what appears later', async () => {
    await open({ interface: 'any' });
    expect(states).toEqual(['up']);
    namespace.addCable('near', 'far');
    send(5);
    expect(await portsUntil(5)).toContain(5);
    source.close();
    namespace.ip('link del near');
  });

  test.each([
    { promiscuous: undefined, count: 0 },
    { promiscuous: true, count: 1 },
  ])('promiscuous: $promiscuous, also on a new interface, and gone with the socket', async ({ promiscuous, count }) => {
    namespace.addCable('near', 'far');
    await open({ promiscuous: promiscuous ?? false });
    expect(promiscuity()).toBe(count);
    namespace.ip('link del near');
    await stateBecomes('missing');
    namespace.addCable('near', 'far');
    await stateBecomes('up');
    expect(promiscuity()).toBe(count);
    source.close();
    expect(promiscuity()).toBe(0);
    namespace.ip('link del near');
  });

  /** How many ask for it, as ip(8) tells. */
  function promiscuity(): number {
    const text = execFileSync('ip', ['-netns', namespace.name, '-d', 'link', 'show', 'near'], { encoding: 'latin1' });
    return Number(/promiscuity (\d+)/.exec(text)?.[1]);
  }

  test('malformed frames do not stop it', async () => {
    namespace.addCable('near', 'far');
    await open({ ports: [80] });
    const etherType = fc.constantFrom([8, 0], [0x86, 0xdd], [0x81, 0], [0x88, 0xa8], [8, 6]);
    const frame = fc.tuple(etherType, fc.uint8Array({ maxLength: 200 }));
    for (const [type, rest] of fc.sample(frame, 500)) {
      namespace.send('far', Uint8Array.of(2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, ...type, ...rest));
    }
    send(6);
    expect(await portsUntil(6)).toContain(6);
    expect(source.stats().dropped).toBe(0);
    source.close();
    namespace.ip('link del near');
  });
});
