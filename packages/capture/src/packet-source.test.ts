/** One contract for every packet source: real packets over loopback, through AF_PACKET and through cap, and a file. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { canCapture, freePort, repositoryRoot, waitUntil } from '@resetscope/testkit';
import { describeIf, testIf } from '@resetscope/testkit/jest';
import { buildTcpFrame, formatFlags, LinkType, PacketDecoder, TcpFlag, writePcap } from '@resetscope/wire';
import { openAfPacket } from './af-packet-source.ts';
import { openCap } from './cap-source.ts';
import { openFile } from './file-source.ts';
import type { PacketSource } from './packet-source.ts';

const dir = mkdtempSync(join(tmpdir(), 'resetscope-packet-source-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** One packet in tcpdump's words: source port, flags, payload. */
interface SeenPacket {
  readonly srcPort: number;
  readonly flags: string;
  readonly payload: string;
}

interface OpenedSource {
  readonly source: PacketSource;
  /** null: this source cannot tell. */
  readonly dropped: 0 | null;
  /** Makes traffic, or waits for it, and says what the source must hand out, in order. */
  traffic(): Promise<readonly SeenPacket[]>;
}

/** Drains until as many packets as wanted have come, or for 5 s. */
async function collect(source: PacketSource, count: number): Promise<readonly SeenPacket[]> {
  const decoder = new PacketDecoder();
  const seen: SeenPacket[] = [];
  const deadlineMs = performance.now() + 5000;
  while (seen.length < count && performance.now() < deadlineMs) {
    const before = seen.length;
    const drained = source.drain((frame) => {
      expect(frame.frameNumber).toBe(seen.length + 1);
      expect(frame.wireLen).toBeGreaterThanOrEqual(frame.bytes.length);
      expect(decoder.decode(frame)).toBe('tcp');
      const { srcPort, flags, payloadOffset, capturedPayloadLen, bytes } = decoder.packet;
      const payload = Buffer.from(bytes.subarray(payloadOffset, payloadOffset + capturedPayloadLen)).toString('latin1');
      seen.push({ srcPort, flags: formatFlags(flags), payload });
    });
    expect(drained).toBe(seen.length - before);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return seen;
}

/** Without packets too. */
function reachesOn(source: PacketSource): boolean {
  source.drain(() => undefined);
  return source.reachUs > 0;
}

function runPacketSourceContract(
  name: string,
  open: () => Promise<OpenedSource>,
  suite: typeof describe = describe,
): void {
  suite(`${name} as a packet source`, () => {
    test('hands out every packet once, in order; counts; reaches; closes twice', async () => {
      const { source, dropped, traffic } = await open();
      try {
        const sent = await traffic();
        expect(await collect(source, sent.length)).toEqual(sent);
        expect(source.stats().received).toBeGreaterThanOrEqual(sent.length);
        expect(source.stats().dropped).toBe(dropped);
        await waitUntil(() => reachesOn(source), { what: 'the reach to move on' });
      } finally {
        source.close();
      }
      source.close();
      expect(source.drain(() => undefined)).toBe(0);
      expect(source.stats().dropped).toBe(dropped);
    });
  });
}

runPacketSourceContract('file', async () => {
  const sent = Array.from({ length: 3000 }, (_, i) => ({
    srcPort: 1000 + i,
    flags: '.',
    payload: `packet ${i}${'.'.repeat(200)}`,
  }));
  const frames = sent.map(({ srcPort, payload }, i) => {
    const ends = { src: '10.0.0.1', dst: '10.0.0.2', srcPort, dstPort: 80 };
    const bytes = buildTcpFrame({ ...ends, flags: TcpFlag.ACK, payload: new Uint8Array(Buffer.from(payload)) });
    return { tsUs: 1_795_000_000_000_000 + i, wireLen: bytes.length, bytes };
  });
  const path = join(dir, 'capture.pcap');
  writeFileSync(path, writePcap(frames, { linkType: LinkType.ETHERNET }));
  return { source: openFile(path), dropped: 0, traffic: async () => sent };
});

const REQUEST = 'GET /live HTTP/1.1\r\nHost: a\r\n\r\n';

/** A real conversation over 127.0.0.1: request, then a reset by the server. */
async function resetConversation(port: number): Promise<readonly SeenPacket[]> {
  const server = createServer((socket) => socket.once('data', () => socket.resetAndDestroy())).listen(
    port,
    '127.0.0.1',
  );
  await once(server, 'listening');
  const client = connect(port, '127.0.0.1', () => client.write(REQUEST));
  client.on('error', () => undefined);
  const closed = new Promise((resolve) => client.once('close', resolve));
  await once(client, 'connect');
  const clientPort = (client.address() as AddressInfo).port;
  await closed;
  server.close();
  return [
    { srcPort: clientPort, flags: 'S', payload: '' },
    { srcPort: port, flags: 'S.', payload: '' },
    { srcPort: clientPort, flags: '.', payload: '' },
    { srcPort: clientPort, flags: 'P.', payload: REQUEST },
    { srcPort: port, flags: '.', payload: '' },
    { srcPort: port, flags: 'R.', payload: '' },
  ];
}

async function openAfPacketOn(name: string): Promise<OpenedSource> {
  const port = await freePort();
  const source = await openAfPacket({ interface: name, ports: [port] });
  return { source, dropped: 0, traffic: () => resetConversation(port) };
}

async function openCapOn(name: string): Promise<OpenedSource> {
  const port = await freePort();
  const source = await openCap({ interface: name, ports: [port] });
  return { source, dropped: null, traffic: () => resetConversation(port) };
}

/** Its native part is not loaded here: it brings the process down when jest throws its environment away. */
function hasCap(): boolean {
  const require = createRequire(import.meta.url);
  try {
    return existsSync(join(dirname(require.resolve('cap/package.json')), 'build', 'Release', 'cap.node'));
  } catch {
    return false;
  }
}

const NEEDS_CAP = 'needs the optional package cap: apt-get install libpcap-dev g++ make python3, then npm install';
for (const name of ['lo', 'any']) {
  const afPacketSuite = describeIf(canCapture(), 'needs CAP_NET_RAW');
  runPacketSourceContract(`AF_PACKET on ${name}`, () => openAfPacketOn(name), afPacketSuite);
}
// On any libpcap shows loopback twice, as it leaves and as it arrives.
if (process.env['RESETSCOPE_CAP'] === '1') runPacketSourceContract('cap on lo', () => openCapOn('lo'));
else {
  testIf(canCapture() && hasCap(), NEEDS_CAP)('cap on lo keeps the contract too, in a process of its own', () => {
    const jest = join(repositoryRoot(), 'node_modules', 'jest', 'bin', 'jest.js');
    const args = [
      '--no-warnings',
      '--experimental-vm-modules',
      jest,
      'packages/capture/src/packet-source',
      '-t',
      'cap on lo',
    ];
    const env = { ...process.env, RESETSCOPE_CAP: '1' };
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: repositoryRoot(), env, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, expect.stringMatching(/^Tests: .*\b1 passed/m)]);
  });
}
