/** The built app with every kind of input besides an AF_PACKET ring with ports: a file, a filter, nginx's ports, cap. */

import { chmod, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RingReader } from '@resetscope/ring';
import { connectRedis } from '@resetscope/telemetry';
import {
  canCapture,
  freePort,
  hasProgram,
  makeTempDir,
  type RedisServer,
  type TempDir,
  waitUntil,
} from '@resetscope/testkit';
import { describeIf, testIf } from '@resetscope/testkit/jest';
import { buildTcpFrame, LinkType, TcpFlag, writePcap } from '@resetscope/wire';
import { isBuilt, NOT_BUILT, runCapture, startCapture } from './testing/capture-app.ts';
import { startOpenRedis } from './testing/open-redis.ts';

const ALL = { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER };
const START_US = 1_448_956_188_000_000;
const canRun = isBuilt && hasProgram('redis-server');

describeIf(canRun, isBuilt ? 'needs redis-server' : NOT_BUILT)('input', () => {
  let server: RedisServer;
  let dir: TempDir;
  beforeAll(async () => {
    server = await startOpenRedis();
    dir = await makeTempDir('resetscope-capture-input-');
    await chmod(dir.path, 0o755);
  });
  afterAll(async () => {
    await server.stop();
    await dir.remove();
  });

  async function write(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(dir.path, name);
    await writeFile(path, content);
    return path;
  }

  /** Source ports of the resets in a ring. */
  async function resetPorts(node: string): Promise<readonly number[]> {
    const redis = await connectRedis(server.url);
    const reader = new RingReader(redis, node);
    const resets = await reader.resets(ALL);
    await reader.close();
    redis.disconnect();
    return resets.map(({ srcPort }) => srcPort);
  }

  describe('a file', () => {
    test('is replayed to its end with its own times, nothing lost, and the app ends with 0', async () => {
      const ports = Array.from({ length: 20_000 }, (_, i) => i + 1);
      const frames = ports.map((srcPort) => {
        const flags = srcPort % 100 === 0 ? TcpFlag.RST : TcpFlag.ACK;
        const bytes = buildTcpFrame({ src: '10.0.0.1', dst: '10.0.0.2', srcPort, dstPort: 80, flags });
        return { tsUs: START_US + srcPort * 100, wireLen: bytes.length, bytes };
      });
      const path = await write('dec-01.pcap', writePcap(frames, { linkType: LinkType.ETHERNET }));
      const { code } = await runCapture(['--file', path, '--redis', server.url, '--metrics-listen', '127.0.0.1:0']);
      expect(code).toBe(0);
      expect(await resetPorts('dec-01.pcap')).toEqual(ports.filter((port) => port % 100 === 0));
      const redis = await connectRedis(server.url);
      const reader = new RingReader(redis, 'dec-01.pcap');
      const coverage = await reader.coverage();
      expect(coverage).toMatchObject({ newestUs: START_US + 20_000 * 100, gaps: [] });
      await reader.close();
      redis.disconnect();
    });

    test.each([
      { name: 'missing', content: null, message: /expected a capture file at .*, got ENOENT/ },
      { name: 'no capture', content: 'notes', message: /expected a pcap or pcapng file at / },
      {
        name: 'empty of packets',
        content: writePcap([], { linkType: 1 }),
        message: /expected packets in .*, got none/,
      },
    ])('that is $name is one line and exit code 1', async ({ name, content, message }) => {
      const path = content === null ? join(dir.path, 'none') : await write(name, content);
      const { code, stderr } = await runCapture(['--file', path, '--redis', server.url]);
      expect({ code, lines: stderr.split('\n').length }).toEqual({ code: 1, lines: 2 });
      expect(stderr).toMatch(message);
    });
  });

  describeIf(canCapture() && process.getuid?.() === 0, 'needs root and CAP_NET_RAW')('on lo', () => {
    /** A closed port answers SYN with RST. */
    async function refusal(port: number): Promise<void> {
      await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    }

    async function seesOnly(node: string, port: number, otherPort: number, flags: readonly string[]): Promise<string> {
      const capture = await startCapture(['--interface', 'lo', '--redis', server.url, '--node', node, ...flags]);
      await refusal(otherPort);
      await refusal(port);
      await waitUntil(async () => (await resetPorts(node)).includes(port), { what: 'the refusal in the ring' });
      expect(await resetPorts(node)).toEqual([port]);
      await capture.stop();
      return capture.log();
    }

    testIf(hasProgram('tcpdump'), 'needs tcpdump')('--filter', async () => {
      const [port, other] = [await freePort(), await freePort()];
      await seesOnly('filter', port, other, ['--filter', `tcp and port ${port}`]);
      const { code, stderr } = await runCapture(['--interface', 'lo', '--filter', 'tcp and', '--redis', server.url]);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^resetscope capture: --filter: expected .*can't parse filter expression: syntax error; /);
    });

    test('--ports-from a configuration of nginx', async () => {
      const [port, other] = [await freePort(), await freePort()];
      const config = `server { listen ${port}; location / { proxy_pass http://$backend; } }`;
      const log = await seesOnly('nginx', port, other, ['--ports-from', await write('nginx.conf', config)]);
      expect(log).toContain(`"ports":[${port}]`);
      expect(log).toContain('"directive":"proxy_pass","address":"http://$backend","reason":"variable"');
    });

    test('--ports-from a configuration without ports is a usage error', async () => {
      const path = await write('none.conf', 'events {}');
      const { code, stderr } = await runCapture(['--ports-from', path, '--redis', server.url]);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('got none in') });
    });

    testIf(hasCap(), 'needs the optional package cap')('--source cap', async () => {
      const [port, other] = [await freePort(), await freePort()];
      const log = await seesOnly('cap', port, other, ['--source', 'cap', '--ports', `${port}`]);
      expect(log).toContain('capturing');
    });
  });
});

function hasCap(): boolean {
  try {
    createRequire(import.meta.url).resolve('cap');
    return true;
  } catch {
    return false;
  }
}
