/** What the kernel drops while the sidecar does not run is counted to the packet, and told as a gap where it was. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { NetworkNamespace } from '@resetscope/capture/testing';
import { waitUntil } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { buildTcpFrame, type Seq, TcpFlag } from '@resetscope/wire';
import { seqOf } from './ethernet-frame.ts';
import type { Metrics } from './metrics.ts';
import { counted, Network } from './network.ts';
import { replay } from './replay.ts';
import { missingForSidecar, Sidecar } from './sidecar.ts';

const PORT = 4433;
/** Large frames fill the kernel's ring of 64 MB soon. */
const PAYLOAD = new Uint8Array(8000);
const FRAMES = 100;
const SENT_WHILE_STOPPED = 150 * FRAMES;

const ENDS = { src: '10.8.0.2', dst: '10.8.0.1', srcPort: 40_000, dstPort: PORT };

/** Their sequence numbers are their numbers. */
function segments(from: number, payload: Uint8Array = new Uint8Array(0)): readonly Uint8Array[] {
  return Array.from({ length: FRAMES }, (_, i) =>
    buildTcpFrame({ ...ENDS, flags: TcpFlag.ACK, seq: (from + i) as Seq, payload }),
  );
}

const missing = missingForSidecar();

describeIf(missing === null, missing ?? '')('loss in the kernel', () => {
  let network: Network;
  let sidecar: Sidecar;

  beforeEach(() => {
    network = Network.withLargeFrames();
  });

  afterEach(async () => {
    await sidecar?.stop();
    network.remove();
  });

  test.each([
    { device: 'near', sender: 'client', from: 'far' },
    { device: 'lo', sender: 'server', from: 'lo' },
  ] as const)(
    'on $device: sent = stored + dropped, and the gap is where it was',
    async ({ device, sender, from }) => {
      sidecar = await Sidecar.start(network.server, ['--interface', device, '--ports', `${PORT}`]);
      const host: NetworkNamespace = network[sender];
      const arrivedBefore = counted(network.server, device);
      const before = segments(0);
      await replay(host, from, before);
      await sidecar.settle();
      sidecar.pause();
      await replay(host, from, segments(1000, PAYLOAD), SENT_WHILE_STOPPED / FRAMES);
      const sentUs = Date.now() * 1000;
      const arrived = counted(network.server, device) - arrivedBefore;
      sidecar.resume();

      let metrics: Metrics = await sidecar.metrics();
      const isCounted = async (): Promise<boolean> => {
        metrics = await sidecar.metrics();
        return metrics.packets + metrics.kernelDrops >= FRAMES + SENT_WHILE_STOPPED;
      };
      await waitUntil(isCounted, { what: 'every packet to be counted' });
      await replay(host, from, segments(2000));
      await sidecar.settle();

      metrics = await sidecar.metrics();
      const frames = await sidecar.frames();
      const numbers = frames.map(({ bytes }) => seqOf(bytes));
      expect(metrics.kernelDrops).toBeGreaterThan(1000);
      expect(frames.length + metrics.kernelDrops).toBe(2 * FRAMES + SENT_WHILE_STOPPED);
      expect(numbers.filter((number) => number < 1000 || number >= 2000)).toHaveLength(2 * FRAMES);
      expect(arrived).toBeGreaterThanOrEqual(FRAMES + SENT_WHILE_STOPPED);

      const gaps = (await sidecar.reader.coverage())?.gaps.filter(({ reason }) => reason === 'kernel-drop') ?? [];
      expect(gaps.reduce((sum, { lostPackets }) => sum + lostPackets, 0)).toBe(metrics.kernelDrops);
      const lastKept = frames[numbers.findLastIndex((number) => number >= 1000 && number < 2000)];
      expect(Math.min(...gaps.map(({ fromUs }) => fromUs))).toBeLessThanOrEqual(lastKept?.tsUs ?? 0);
      expect(Math.max(...gaps.map(({ toUs }) => toUs))).toBeGreaterThanOrEqual(sentUs);
    },
    60_000,
  );
});
