/** The built app against a real Redis and a real reset on loopback. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, readFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RingReader } from '@resetscope/ring';
import { connectRedis } from '@resetscope/telemetry';
import {
  canCapture,
  freePort,
  hasProgram,
  makeTempDir,
  type RedisServer,
  startRedis,
  type TempDir,
} from '@resetscope/testkit';
import { describeIf, testIf } from '@resetscope/testkit/jest';
import { TcpFlag } from '@resetscope/wire';
import { HELP } from './options.ts';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const isRoot = process.getuid?.() === 0;
const ALL = { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER };

function run(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
}

/** Still root, so that a checkout in root's home can be read, but without the right to capture (setpriv(1)). */
function runWithoutRight(args: readonly string[]): ChildProcess {
  const drop = ['--bounding-set', '-net_raw', '--inh-caps', '-net_raw'];
  return spawn('setpriv', [...drop, process.execPath, MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs to its end. */
async function output(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const text = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => {
    text.stdout += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    text.stderr += chunk.toString();
  });
  await once(child, 'close');
  return { code: child.exitCode, ...text };
}

/** Client sends a request with a secret, server resets. Returns the client's port. */
async function makeReset(port: number): Promise<number> {
  const server = createServer((socket) => socket.once('data', () => socket.resetAndDestroy())).listen(
    port,
    '127.0.0.1',
  );
  await once(server, 'listening');
  const client = connect(port, '127.0.0.1', () =>
    client.write('POST /pay?token=S3CRET HTTP/1.1\r\nCookie: S3CRET\r\nContent-Length: 6\r\n\r\nS3CRET'),
  );
  client.on('error', () => undefined);
  const closed = new Promise((resolve) => client.once('close', resolve));
  await once(client, 'connect');
  const clientPort = (client.address() as AddressInfo).port;
  await closed;
  server.close();
  return clientPort;
}

describeIf(existsSync(MAIN), 'apps/capture is not built')('resetscope capture', () => {
  test('--help', async () => {
    expect(await output(run(['--help']))).toEqual({ code: 0, stdout: HELP, stderr: '' });
  });

  test('a wrong flag is one line and exit code 2', async () => {
    const { code, stderr } = await output(run(['--nope']));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^resetscope capture: Unknown option '--nope'.*\n$/);
  });

  testIf(canCapture(), 'needs CAP_NET_RAW')(
    'an interface that does not exist is one line and exit code 1',
    async () => {
      const { code, stderr } = await output(run(['--interface', 'nosuch0']));
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^resetscope capture: expected an interface of this host, got "nosuch0"; choose one of any, .*lo.*\n$/,
      );
    },
  );

  testIf(isRoot, 'needs root')('without the right to capture the line says how to get it', async () => {
    const { code, stderr } = await output(runWithoutRight([]));
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^resetscope capture: expected the right to capture packets \(CAP_NET_RAW\).*setcap cap_net_raw.*\n$/,
    );
  });

  const isReady = isRoot && canCapture() && hasProgram('redis-server');
  describeIf(isReady, 'needs root, CAP_NET_RAW and redis-server')('live on lo', () => {
    let dir: TempDir;
    let server: RedisServer;
    let child: ChildProcess;
    let ops: string;
    let port: number;

    beforeAll(async () => {
      dir = await makeTempDir('resetscope-capture-');
      await chmod(dir.path, 0o755);
      server = await startRedis({ dir: dir.path, args: ['--unixsocketperm', '777'] });
      port = await freePort();
      const flags = ['--interface', 'lo', '--ports', String(port), '--redis', server.url, '--node', 'live'];
      child = run([...flags, '--metrics-listen', '127.0.0.1:0']);
      const [message] = await once(child, 'message');
      expect(message).toMatchObject({ kind: 'ready', app: 'capture' });
      ops = message.ops;
    });
    afterAll(async () => {
      child.kill('SIGKILL');
      await server.stop();
      await dir.remove();
    });

    test('a reset is in the ring soon, its connection whole, its secrets masked', async () => {
      const clientPort = await makeReset(port);
      const resetUs = Date.now() * 1000;
      const redis = await connectRedis(server.url);
      const reader = new RingReader(redis, 'live');
      expect(await reader.waitForReach(resetUs, 5000)).toBe(true);
      expect(await RingReader.nodes(redis)).toEqual(['live']);
      const resets = await reader.resets(ALL);
      expect(resets).toMatchObject([{ srcPort: port, dstPort: clientPort, flags: TcpFlag.RST | TcpFlag.ACK }]);
      const key = { addressA: '127.0.0.1', portA: clientPort, addressB: '127.0.0.1', portB: port };
      const { frames } = await reader.connection(key, ALL);
      expect(frames).toHaveLength(6);
      expect(frames[3]?.annotations).toMatchObject({ contentLength: 6 });
      expect(Buffer.concat(frames.map(({ bytes }) => bytes)).toString('latin1')).not.toContain('S3CRET');
      await reader.close();
      redis.disconnect();
    });

    test('root has become nobody', async () => {
      const status = await readFile(`/proc/${child.pid}/status`, 'latin1');
      expect(status).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m);
      expect(status).toMatch(/^CapEff:\t0+$/m);
      expect(status).toMatch(/^Groups:\t\s*$/m);
    });

    test('/metrics tells packets, losses, reach and source; /readyz says ready', async () => {
      const text = await (await fetch(`http://${ops}/metrics`)).text();
      expect(text).toMatch(/^resetscope_capture_packets_total 6$/m);
      expect(text).toMatch(/^resetscope_capture_lost_packets_total\{reason="kernel-drop"\} 0$/m);
      expect(text).toMatch(/^resetscope_ring_reach_seconds \d/m);
      expect(text).toMatch(/^resetscope_capture_source_info\{source="af_packet",interface="lo",clock="kernel"\} 1$/m);
      expect((await fetch(`http://${ops}/readyz`)).status).toBe(200);
    });

    test('SIGTERM ends it with 0', async () => {
      child.kill('SIGTERM');
      const [code] = await once(child, 'exit');
      expect(code).toBe(0);
    });
  });
});
