/** The built app killed, started again, and started twice: one ring, kept by one process, with the time between as a gap. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { type RingStat, readRingStat } from '@resetscope/ring';
import { connectRedis } from '@resetscope/telemetry';
import { canCapture, hasProgram, type RedisServer, waitUntil } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { isBuilt, NOT_BUILT, runCapture, type StartedCapture, startCapture } from './testing/capture-app.ts';
import { startOpenRedis } from './testing/open-redis.ts';

// Starts several processes, one after the other.
jest.setTimeout(60_000);

const isReady = process.getuid?.() === 0 && canCapture() && hasProgram('redis-server');

/** A connection to a port of this host that is closed again at once: SYN, SYN/ACK, ... on lo. */
async function makePackets(): Promise<void> {
  const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.resume();
  await once(client, 'close');
  server.close();
}

describeIf(isBuilt, NOT_BUILT)('the ring of a capture', () => {
  describeIf(isReady, 'needs root, CAP_NET_RAW and redis-server')('that is killed', () => {
    let server: RedisServer;
    let redis: Awaited<ReturnType<typeof connectRedis>>;
    let running: StartedCapture | null = null;

    beforeEach(async () => {
      server = await startOpenRedis();
      redis = await connectRedis(server.url);
    });
    afterEach(async () => {
      await running?.stop();
      redis.disconnect();
      await server.stop();
    });

    const flags = (...more: readonly string[]) => [
      '--interface',
      'lo',
      '--redis',
      server.url,
      '--node',
      'web',
      ...more,
    ];

    async function start(...more: readonly string[]): Promise<void> {
      running = await startCapture(flags(...more));
    }

    async function stat(): Promise<RingStat> {
      const found = await readRingStat(redis, 'web');
      if (found === null) throw new Error('expected a ring, got none');
      return found;
    }

    const captured = (packets: number) =>
      waitUntil(async () => (await stat()).packets >= packets, { what: `${packets} packets to be in the ring` });

    test('is continued by the next at once, with its own limits and a gap for the time between', async () => {
      await start('--ring-age', '600');
      await makePackets();
      await captured(5);
      const before = await stat();
      expect(before.maxAgeUs).toBe(600e6);
      process.kill(before.holder!.pid, 'SIGKILL');
      await running!.stop();

      await start('--ring-age', '300', '--ring-bytes', '8m');
      const { newestUs, packets } = await stat();
      await makePackets();
      await captured(packets + 5);
      const after = await stat();
      expect(after).toMatchObject({ maxAgeUs: 300e6, maxBytes: 8 * 2 ** 20, oldestUs: before.oldestUs, isHeld: true });
      expect(after.holder!.pid).not.toBe(before.holder!.pid);
      const [gap] = after.gaps;
      expect(after.gaps).toMatchObject([{ reason: 'restart', lostPackets: 0 }]);
      expect(gap!.fromUs).toBeGreaterThanOrEqual(before.newestUs);
      expect(gap!.toUs).toBeLessThanOrEqual(newestUs);
    });

    test('is refused to a second one while the first lives', async () => {
      await start();
      const { holder } = await stat();
      const { code, stderr } = await runCapture(flags('--metrics-listen', '127.0.0.1:0'));
      expect(code).toBe(1);
      expect(stderr.trim().split('\n').at(-1)).toMatch(
        new RegExp(
          `^resetscope capture: ring of web: expected no other capture of this node, got process ${holder!.pid} on \\S+ since \\S+Z; ` +
            'stop that one, or give this one another name with --node$',
        ),
      );
      await makePackets();
      await captured(5);
      expect((await stat()).gaps).toEqual([]);
    });
  });
});
