/** Half a million connections that never come to anything: the sidecar forgets the oldest and stays as small as it was. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { waitUntil } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { buildTcpFrame, TcpFlag } from '@resetscope/wire';
import { Conversations } from './conversation.ts';
import { readSegment } from './ethernet-frame.ts';
import type { Metrics } from './metrics.ts';
import { Network } from './network.ts';
import { replay } from './replay.ts';
import { missingForSidecar, Sidecar } from './sidecar.ts';

const SYNS = 500_000;
/** Rows of the connection table (README of packages/ring). */
const MOST_CONNECTIONS = 262_144;
/** Connections with equal hashes count as one (connection-table.ts of packages/ring); some 50 here (measured). */
const MOST_TAKEN_FOR_ONE = 0.0005;
/** Of the whole process, the kernel's ring of 64 MB included (measured: 190 MB). */
const MOST_MEMORY_BYTES = 400e6;

const SYN = buildTcpFrame({ src: '10.0.0.0', dst: '10.8.0.1', srcPort: 0, dstPort: 80, flags: TcpFlag.SYN });
/** Offsets in an Ethernet frame: source address of IPv4, source port of TCP. */
const AT = { sourceAddress: 26, sourcePort: 34 };

/** Each from another address and port. */
function syns(): readonly Uint8Array[] {
  return Array.from({ length: SYNS }, (_, number) => {
    const frame = Buffer.from(SYN);
    frame.writeUInt32BE(0x0a00_0000 + number, AT.sourceAddress);
    frame.writeUInt16BE(1024 + (number % 60_000), AT.sourcePort);
    return frame;
  });
}

const missing = missingForSidecar();

describeIf(missing === null, missing ?? '')('a SYN flood', () => {
  let network: Network;
  let sidecar: Sidecar;
  let conversations: Conversations;
  let metrics: Metrics;

  beforeAll(async () => {
    network = new Network();
    sidecar = await Sidecar.start(network.server, ['--interface', 'near']);
    conversations = await Conversations.start(network);
    await replay(network.client, 'far', syns());
    const isCounted = async (): Promise<boolean> => {
      metrics = await sidecar.metrics();
      return metrics.packets + metrics.kernelDrops >= SYNS;
    };
    await waitUntil(isCounted, { what: 'every SYN to be counted', timeoutMs: 60_000 });
    await sidecar.settle();
    metrics = await sidecar.metrics();
  }, 120_000);

  afterAll(async () => {
    conversations?.stop();
    await sidecar?.stop();
    network?.remove();
  });

  test('every SYN is a connection that is counted, or a packet that is counted as dropped', async () => {
    const stored = await sidecar.storedPackets();
    expect(stored + metrics.lost).toBe(SYNS);
    const opened = metrics.sum('resetscope_capture_connections_opened_total');
    expect(opened).toBeLessThanOrEqual(stored);
    expect(opened).toBeGreaterThan(stored * (1 - MOST_TAKEN_FOR_ONE));
  });

  test('the table of connections is bounded: the oldest are forgotten', () => {
    const open = metrics.sum('resetscope_capture_connections');
    const forgotten = metrics.sum('resetscope_capture_connections_closed_total', 'kind="none"');
    expect(open).toBeLessThanOrEqual(MOST_CONNECTIONS);
    expect(open + forgotten).toBe(metrics.sum('resetscope_capture_connections_opened_total'));
    expect(forgotten).toBeGreaterThan(0);
  });

  test('memory is bounded', () => {
    // VmHWM of proc(5): what it was at most.
    const status = readFileSync(`/proc/${sidecar.pid}/status`, 'latin1');
    const mostBytes = 1024 * Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1]);
    expect(mostBytes).toBeLessThan(MOST_MEMORY_BYTES);
  });

  test('a conversation is captured as ever', async () => {
    const head = 'GET /after HTTP/1.1\r\nHost: shop.test\r\n\r\n';
    const clientPort = await conversations.hold([['client', head]]);
    await sidecar.settle();
    const [addressA, addressB] = [network.clientAddress, network.serverAddress];
    const ends = { addressA, portA: clientPort, addressB, portB: conversations.port };
    const { frames } = await sidecar.reader.connection(ends, { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER });
    expect(frames.map(({ bytes }) => readSegment(bytes).payload).join('')).toBe(head);
    expect(await sidecar.stop()).toBe(0);
  });
});
