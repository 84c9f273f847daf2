/** tcpdump beside the sidecar, on the same interface, while nginx serves: both hold the same packets, and the ring nothing more of them than it may. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RingFrame } from '@resetscope/ring';
import { makeTempDir } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { readSegment, sourceHost } from './ethernet-frame.ts';
import { stampPacketsOnce } from './kernel-stamps.ts';
import { Network } from './network.ts';
import { NginxTraffic, SECRETS } from './nginx-traffic.ts';
import { stayOnOneCpu } from './one-cpu.ts';
import { missingForSidecar, Sidecar } from './sidecar.ts';
import { Tcpdump, type WireFrame } from './tcpdump.ts';
import { tsharkFields } from './tshark.ts';

/** Bytes of payload kept at most (README of packages/ring). */
const KEPT_LEN = 512;
/** Both sockets get a packet in the same call of the kernel, which may be interrupted in between for as long as the host likes. */
const BETWEEN_STAMPS_US = 1e6;

/** What may be kept of a payload, made from the payload as it was: the head that it begins with, secrets hidden. */
function keptOf(payload: string): string {
  if (!/^(GET |POST |HTTP\/1\.1 )/.test(payload)) return '';
  const end = payload.indexOf('\r\n\r\n');
  const head = end === -1 ? payload : payload.slice(0, end + 4);
  return Object.values(SECRETS)
    .reduce((text, secret) => text.replaceAll(secret, '*'.repeat(secret.length)), head)
    .slice(0, KEPT_LEN);
}

const missing = missingForSidecar('nginx', 'tshark');

describeIf(missing === null, missing ?? '')('the packets of nginx', () => {
  let wire: readonly WireFrame[];
  let kept: readonly RingFrame[];
  let connectionCount: number;
  let file: string;
  let sidecar: Sidecar;
  const cleanUp: (() => unknown)[] = [];

  beforeAll(async () => {
    const temp = await makeTempDir('resetscope-sidecar-');
    const network = new Network();
    cleanUp.push(temp.remove, () => network.remove());
    sidecar = await Sidecar.start(network.server, ['--interface', 'near']);
    cleanUp.push(() => sidecar.stop());
    const tcpdump = await Tcpdump.start(network.server, temp.path, '-i', 'near', 'tcp');
    cleanUp.push(() => tcpdump.stop(), stampPacketsOnce(), stayOnOneCpu());
    const traffic = await NginxTraffic.start(network);
    cleanUp.push(() => traffic.stop());
    connectionCount = await traffic.run();
    const end = network.sendEnd();
    wire = await tcpdump.framesUntil(end);
    file = tcpdump.file;
    await sidecar.settle();
    kept = (await sidecar.frames()).slice(0, wire.length);
  }, 60_000);

  afterAll(async () => {
    for (const step of cleanUp.reverse()) await step();
  });

  test('all of them are in the ring, in the order in which they passed', () => {
    expect(wire.length).toBeGreaterThan(500);
    expect(kept.map(({ bytes }) => readSegment(bytes).headers)).toEqual(
      wire.map(({ bytes }) => readSegment(bytes).headers),
    );
    expect(kept.map(({ wireLen }) => wireLen)).toEqual(wire.map(({ wireLen }) => wireLen));
  });

  test('of their payload the heads are kept, without secrets, and nothing else', () => {
    const payloads = wire.map(({ bytes }) => readSegment(bytes).payload);
    expect(kept.map(({ bytes }) => readSegment(bytes).payload)).toEqual(payloads.map(keptOf));
    // Or there was nothing to hide, to cut, or to leave out.
    for (const secret of Object.values(SECRETS)) expect(payloads.join('')).toContain(secret);
    expect(payloads.some((payload) => keptOf(payload).length === KEPT_LEN)).toBe(true);
    expect(payloads.filter((payload) => payload !== '' && keptOf(payload) === '').length).toBeGreaterThan(100);
  });

  test('their times are those of the kernel', () => {
    const differences = wire.map(({ tsUs }, i) => (kept[i]?.tsUs ?? 0) - tsUs);
    const leaves = wire.map(({ bytes }) => sourceHost(bytes) === 1);
    // The kernel stamps what leaves once for all; what arrives from a neighbouring namespace each socket stamps for itself.
    expect(new Set(differences.filter((_, i) => leaves[i]))).toEqual(new Set([0]));
    expect(Math.max(...differences.map(Math.abs))).toBeLessThan(BETWEEN_STAMPS_US);
  });

  test('a reader finds each connection whole, and every reset', async () => {
    // A peer may have had something to say after the end.
    const window = { fromUs: 0, toUs: (wire.at(-1)?.tsUs ?? 0) + 1 };
    const isBefore = `frame.number <= ${wire.length}`;
    const rows = tsharkFields(file, isBefore, ['tcp.stream', 'ip.src', 'tcp.srcport', 'ip.dst', 'tcp.dstport']);
    const streams = new Map<string, readonly (readonly string[])[]>();
    for (const row of rows) streams.set(row[0] ?? '', [...(streams.get(row[0] ?? '') ?? []), row]);
    expect(streams.size).toBe(connectionCount + 1);
    for (const packets of streams.values()) {
      const [, addressA = '', portA, addressB = '', portB] = packets[0] ?? [];
      const { frames } = await sidecar.reader.connection(
        { addressA, portA: Number(portA), addressB, portB: Number(portB) },
        window,
      );
      expect(frames).toHaveLength(packets.length);
    }
    const fields = ['ip.src', 'tcp.srcport', 'ip.dst', 'tcp.dstport', 'tcp.flags', 'tcp.seq_raw', 'tcp.ack_raw'];
    const resets = (await sidecar.reader.resets(window)).map(({ src, srcPort, dst, dstPort, flags, seq, ack }) =>
      [src, srcPort, dst, dstPort, `0x${flags.toString(16).padStart(4, '0')}`, seq, ack].map(String),
    );
    expect(resets).toEqual(tsharkFields(file, `tcp.flags.reset == 1 and ${isBefore}`, fields));
    expect(resets.length).toBeGreaterThan(3);
  });

  test('nothing was lost, and everything read is in the ring', async () => {
    const metrics = await sidecar.metrics();
    expect(metrics.lost).toBe(0);
    expect(metrics.packets - metrics.ignored).toBe((await sidecar.frames()).length);
    expect(await sidecar.reader.coverage()).toMatchObject({ gaps: [] });
  });
});
