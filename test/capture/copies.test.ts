/** A packet that passes several interfaces of the host is in the ring once; one that was sent twice is there twice. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { RingFrame } from '@resetscope/ring';
import { makeTempDir, type TempDir, waitUntil } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { buildTcpFrame, type Seq, TcpFlag } from '@resetscope/wire';
import { Conversations, type Saying } from './conversation.ts';
import { readSegment, seqOf, sourceHost } from './ethernet-frame.ts';
import { END_PORT, Network } from './network.ts';
import { replay } from './replay.ts';
import { missingForSidecar, Sidecar } from './sidecar.ts';
import { Tcpdump } from './tcpdump.ts';

const EXCHANGES = 100;
/** Frames that come as fast as they can. */
const BURST = 20_000;
/** Host that frames are made from. */
const RESENDER = 77;
/** Ethernet, IPv4 and TCP headers with timestamps: longer segments carry data or open a connection. */
const BARE_LEN = 66;

/** Where to capture; bridge: between `near` and the server's address. */
interface Given {
  readonly interfaces: readonly string[];
  readonly bridge?: string;
}

/** Source, destination, ports and sequence number: the same for what was sent again. */
const placeOf = ({ bytes }: RingFrame): string => Buffer.from(bytes).toString('latin1', 26, 42);

const missing = missingForSidecar();

describeIf(missing === null, missing ?? '')('packets on several interfaces', () => {
  let temp: TempDir;
  let network: Network;
  let conversations: Conversations;
  let sidecar: Sidecar;

  beforeEach(async () => {
    temp = await makeTempDir('resetscope-sidecar-');
  });

  afterEach(async () => {
    conversations?.stop();
    await sidecar?.stop();
    network?.remove();
    await temp.remove();
  });

  async function captureOn(interfaces: readonly string[], bridge?: string): Promise<void> {
    network = new Network(bridge === undefined ? {} : { bridge });
    conversations = await Conversations.start(network);
    const flags = interfaces.flatMap((name) => ['--interface', name]);
    sidecar = await Sidecar.start(network.server, [...flags, '--ports', `${conversations.port},${END_PORT}`]);
  }

  /** A segment is sent again because the client's acknowledgment does not come through. */
  async function makeRetransmission(): Promise<void> {
    const talk = await conversations.open();
    await talk.say(['client', 'question']);
    network.client.ip(`route add blackhole ${network.serverAddress}`);
    await talk.say(['server', 'answer']);
    const isSentAgain = async (): Promise<boolean> => {
      const places = (await sidecar.frames()).filter(({ wireLen }) => wireLen > BARE_LEN).map(placeOf);
      return new Set(places).size < places.length;
    };
    await waitUntil(isSentAgain, { what: 'a segment to be sent again' });
    network.client.ip(`route del blackhole ${network.serverAddress}`);
    await talk.close();
  }

  function segment(seq: number, ipId: number): Uint8Array {
    const ends = {
      src: `10.9.0.${RESENDER}`,
      dst: network.serverAddress,
      srcPort: 40_000,
      dstPort: conversations.port,
    };
    return buildTcpFrame({ ...ends, flags: TcpFlag.ACK, seq: seq as Seq, ipId });
  }

  async function expectAsSent({ interfaces, bridge }: Given): Promise<void> {
    await captureOn(interfaces, bridge);
    const tcpdump = await Tcpdump.start(network.server, temp.path, '-i', 'near', 'tcp');
    const sayings = Array.from({ length: EXCHANGES }, (_, i): Saying => [i % 2 === 0 ? 'client' : 'server', `${i}`]);
    await conversations.hold(sayings);
    await makeRetransmission();
    // Twice by the network, again by the sender, and the next one.
    const frames = network.toServer([segment(1, 1), segment(1, 1), segment(1, 2), segment(2, 3)]);
    for (const frame of frames) network.client.send('far', frame);
    const wire = (await tcpdump.framesUntil(network.sendEnd())).map(({ bytes }) => readSegment(bytes).headers);
    await sidecar.settle();
    const kept = (await sidecar.frames()).slice(0, wire.length).map(({ bytes }) => readSegment(bytes).headers);
    expect([...kept].sort()).toEqual([...wire].sort());
    expect(new Set(wire).size).toBe(wire.length - 1);
    const copies = (await sidecar.metrics()).sum('resetscope_capture_ignored_packets_total', 'reason="copy"');
    expect(copies > wire.length / 2).toBe(bridge !== undefined);
  }

  async function expectOnceOfBurst({ interfaces, bridge }: Given): Promise<void> {
    await captureOn(interfaces, bridge);
    // The bridge learns where the client is, the client where the server is.
    await conversations.hold([]);
    const before = (await sidecar.metrics()).packets;
    const frames = Array.from({ length: BURST }, (_, i) => segment(i, i & 0xffff));
    await replay(network.client, 'far', network.toServer(frames));
    await sidecar.settle();
    const metrics = await sidecar.metrics();
    expect(metrics.packets - before + metrics.kernelDrops).toBeGreaterThanOrEqual(2 * BURST);
    const made = (await sidecar.frames()).filter(({ bytes }) => sourceHost(bytes) === RESENDER);
    const numbers = made.map(({ bytes }) => seqOf(bytes));
    expect(numbers.length - new Set(numbers).size).toBe(0);
    expect(metrics.kernelDrops + new Set(numbers).size).toBeGreaterThanOrEqual(BURST);
  }

  const ONE = { interfaces: ['near'] };
  const ANY = { interfaces: ['any'], bridge: 'hub' };
  const SEVERAL = { interfaces: ['near', 'hub'], bridge: 'hub' };

  test.each([ONE, ANY])('--interface $interfaces: as often as it was sent', expectAsSent, 30_000);
  test('--interface any: once at full speed', () => expectOnceOfBurst(ANY), 30_000);

  test('several --interface: as often as it was sent', () => expectAsSent(SEVERAL), 30_000);
  test('several --interface: once at full speed', () => expectOnceOfBurst(SEVERAL), 30_000);
});
