/** The built app against a real Redis and a real reset on loopback. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RingReader } from '@resetscope/ring';
import { connectRedis } from '@resetscope/telemetry';
import { canCapture, freePort, hasProgram, type RedisServer, waitUntil } from '@resetscope/testkit';
import { describeIf, testIf } from '@resetscope/testkit/jest';
import { TcpFlag } from '@resetscope/wire';
import { HELP } from './options.ts';
import { isBuilt, MAIN, NOT_BUILT, runCapture, type StartedCapture, startCapture } from './testing/capture-app.ts';
import { startOpenRedis } from './testing/open-redis.ts';

const isRoot = process.getuid?.() === 0;
const ALL = { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER };
/** Still root, so that a checkout in root's home can be read, but without the right to capture (setpriv(1)). */
const WITHOUT_RIGHT = ['setpriv', '--bounding-set', '-net_raw', '--inh-caps', '-net_raw'];
/** As in a container with --cap-drop ALL --cap-add NET_RAW: root, who may not become another user. */
const NET_RAW_ONLY = ['setpriv', '--bounding-set', '-all,+net_raw', '--inh-caps', '-all'];
/** As systemd does it: AmbientCapabilities=CAP_NET_RAW. */
const AMBIENT = ['setpriv', '--inh-caps', '+net_raw', '--ambient-caps', '+net_raw'];
const AS_NOBODY = ['--reuid', '65534', '--regid', '65534', '--clear-groups'];

/** A checkout in root's home cannot. */
function nobodyCanRead(): boolean {
  return spawnSync('setpriv', [...AS_NOBODY, 'test', '-r', MAIN]).status === 0;
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

describeIf(isBuilt, NOT_BUILT)('resetscope capture', () => {
  test('--help', async () => {
    expect(await runCapture(['--help'])).toEqual({ code: 0, stdout: HELP, stderr: '' });
  });

  test('a wrong flag is one line and exit code 2', async () => {
    const { code, stderr } = await runCapture(['--nope']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^resetscope capture: Unknown option '--nope'.*\n$/);
  });

  testIf(canCapture(), 'needs CAP_NET_RAW')(
    'an interface that does not exist is one line and exit code 1',
    async () => {
      const { code, stderr } = await runCapture(['--interface', 'nosuch0']);
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^resetscope capture: expected an interface of this host, got "nosuch0"; choose one of any, .*lo.*, or wait for it with --wait-for-interface\n$/,
      );
    },
  );

  testIf(isRoot, 'needs root')('without the right to capture the line says how to get it', async () => {
    const { code, stderr } = await runCapture([], WITHOUT_RIGHT);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^resetscope capture: expected the right to capture packets \(CAP_NET_RAW\).*setcap cap_net_raw.*\n$/,
    );
  });

  const isReady = isRoot && canCapture() && hasProgram('redis-server');
  describeIf(isReady, 'needs root, CAP_NET_RAW and redis-server')('live on lo', () => {
    let server: RedisServer;
    let capture: StartedCapture;
    let port: number;

    beforeAll(async () => {
      server = await startOpenRedis();
      port = await freePort();
      capture = await startCapture([
        '--interface',
        'lo',
        '--ports',
        `${port}`,
        '--redis',
        server.url,
        '--node',
        'live',
      ]);
    });
    afterAll(() => server.stop());

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

    test('root has become nobody, with no rights in any thread', () => {
      for (const status of threadStatuses(capture.pid)) {
        expect(status).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m);
        expect(status).toMatch(/^Groups:\t\s*$/m);
        expect(rightsIn(status)).toEqual(NO_RIGHTS);
      }
      expect(readFileSync(`/proc/${capture.pid}/status`, 'latin1')).toMatch(/^CapBnd:\t0+$/m);
    });

    test('/metrics tells packets, losses, reach and source; /readyz says ready', async () => {
      const text = await (await fetch(`http://${capture.ops}/metrics`)).text();
      expect(text).toMatch(/^resetscope_capture_packets_total 6$/m);
      expect(text).toMatch(/^resetscope_capture_lost_packets_total\{reason="kernel-drop"\} 0$/m);
      expect(text).toMatch(/^resetscope_ring_reach_seconds \d/m);
      expect(text).toMatch(/^resetscope_capture_source_info\{source="af_packet",interface="lo",clock="kernel"\} 1$/m);
      expect(text).toMatch(/^resetscope_capture_interface_state\{interface="lo",state="up"\} 1$/m);
      expect(text).toMatch(
        /^resetscope_capture_privileges_info\{uid="65534",capabilities="0",no_new_privs="yes"\} 1$/m,
      );
      expect((await fetch(`http://${capture.ops}/readyz`)).status).toBe(200);
    });

    test('/metrics tells how connections began and ended', async () => {
      const text = await (await fetch(`http://${capture.ops}/metrics`)).text();
      expect(text).toMatch(/^resetscope_capture_connections_opened_total 1$/m);
      expect(text).toMatch(
        /^resetscope_capture_connections_closed_total\{kind="rst",by="acceptor",phase="after-request"\} 1$/m,
      );
      expect(text).toMatch(/^resetscope_capture_connections 1$/m);
    });

    test('SIGTERM ends it with 0', async () => {
      expect(await capture.stop()).toBe(0);
    });

    test.each([
      { name: 'root stays root, without capabilities', wrapper: NET_RAW_ONLY, flags: ['--user', 'root'], uid: 0 },
      {
        name: 'an ordinary user gives up what it was lent',
        wrapper: [...AMBIENT, ...AS_NOBODY],
        flags: [],
        uid: 65534,
      },
    ])('$name', async ({ wrapper, flags, uid }) => {
      if (uid !== 0 && !nobodyCanRead()) return process.stderr.write('skipped: nobody cannot read this checkout\n');
      const args = ['--interface', 'lo', '--ports', `${port}`, '--redis', server.url, '--node', name(uid), ...flags];
      capture = await startCapture(args, wrapper);
      for (const status of threadStatuses(capture.pid)) {
        expect(status).toMatch(new RegExp(`^Uid:\t${uid}\t`, 'm'));
        expect(rightsIn(status)).toEqual(NO_RIGHTS);
      }
      await makeReset(port);
      const redis = await connectRedis(server.url);
      const reader = new RingReader(redis, name(uid));
      await waitUntil(async () => (await reader.resets(ALL)).length > 0, { what: 'the reset in the ring' });
      await reader.close();
      redis.disconnect();
      return expect(await capture.stop()).toBe(0);
    });

    test('root who may not become another user is told what is missing', async () => {
      const { code, stderr } = await runCapture(['--interface', 'lo', '--redis', server.url], NET_RAW_ONLY);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^resetscope capture: expected the right to become user nobody.*SETUID and SETGID/m);
    });
  });
});

function name(uid: number): string {
  return `user-${uid}`;
}

const NO_RIGHTS = { CapInh: 0, CapPrm: 0, CapEff: 0, CapAmb: 0, NoNewPrivs: 1, Seccomp: 2 };

function rightsIn(status: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.keys(NO_RIGHTS).map((key) => [key, Number(new RegExp(`^${key}:\t(\\w+)$`, 'm').exec(status)?.[1])]),
  );
}

/** proc(5), of every thread. */
function threadStatuses(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => readFileSync(`/proc/${pid}/task/${thread}/status`, 'latin1'));
}
