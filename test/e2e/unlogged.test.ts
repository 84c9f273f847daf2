/** Losses that a real nginx does not log at its default level, found live in real packets (nginx-error-log section 6.3). */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect as openSocket, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { IncidentStore, type StoredIncident } from '@resetscope/incidents';
import {
  canCapture,
  freePorts,
  hasProgram,
  type NginxServer,
  nginxConfig,
  type RedisServer,
  repositoryRoot,
  startNginx,
  startRedis,
  waitUntil,
} from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';

/** The built app; it tells a parent over IPC when it works. */
const mainOf = (app: string): string => join(repositoryRoot(), 'apps', app, 'dist', 'main.js');
const NODE = 'shop';
/** The search stays 12 s behind; a busy machine takes its time. */
const FOUND_TIMEOUT_MS = 50_000;

describeIf(canCapture() && hasProgram('nginx') && hasProgram('redis-server'), 'needs CAP_NET_RAW, nginx, redis-server')(
  'losses without a line',
  () => {
    const apps: ChildProcess[] = [];
    const upstreams: Server[] = [];
    let server: RedisServer;
    let redis: Redis;
    let nginx: NginxServer;
    let silentPort: number;
    let resettingPort: number;

    beforeAll(async () => {
      server = await startRedis();
      redis = new Redis(server.url.replace('unix:', ''));
      [silentPort, resettingPort] = (await freePorts(2)) as [number, number];
      upstreams.push(
        createServer((socket) => socket.on('error', () => undefined)).listen(silentPort, '127.0.0.1'),
        createServer((socket) => socket.once('data', () => socket.resetAndDestroy())).listen(
          resettingPort,
          '127.0.0.1',
        ),
      );
      nginx = await startNginx({
        config: (layout) =>
          nginxConfig(layout, {
            errorLogLevel: 'error',
            http: `server {
              listen 127.0.0.1:${layout.ports[0]};
              client_body_timeout 1s;
              reset_timedout_connection on;
              location /silent { proxy_pass http://127.0.0.1:${silentPort}; }
              location /resetting { proxy_pass http://127.0.0.1:${resettingPort}; }
              location /fine { return 200 fine; }
            }`,
          }),
      });
      const [port] = nginx.ports;
      const common = ['--redis', server.url, '--metrics-listen', '127.0.0.1:0'];
      const ports = `${port},${silentPort},${resettingPort}`;
      await Promise.all([
        startApp('capture', [...common, '--node', NODE, '--interface', 'lo', '--ports', ports, '--user', 'root']),
        startApp('tailer', [
          ...common,
          '--node',
          NODE,
          '--error-log',
          nginx.errorLog,
          '--checkpoint-dir',
          join(nginx.dir, 'checkpoint'),
        ]),
        startApp('correlator', [...common, '--timezone', 'UTC', '--listen-ports', String(port)]),
      ]);
    });
    afterAll(async () => {
      for (const app of apps) app.kill('SIGTERM');
      await Promise.all(apps.map((app) => app.exitCode ?? once(app, 'exit')));
      for (const upstream of upstreams) upstream.close();
      await nginx?.stop();
      redis?.disconnect();
      await server?.stop();
    });

    /** Resolves when the app says that it works. */
    async function startApp(name: string, args: readonly string[]): Promise<void> {
      const app = spawn(process.execPath, [mainOf(name), ...args], {
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        env: { ...process.env, TZ: 'UTC' },
      });
      apps.push(app);
      let stderr = '';
      app.stderr?.on('data', (chunk) => {
        stderr += chunk;
      });
      const ended = once(app, 'exit').then(() => Promise.reject(new Error(`${name} has ended: ${stderr}`)));
      ended.catch(() => undefined);
      await Promise.race([once(app, 'message'), ended]);
    }

    async function client(request: string): Promise<{ readonly socket: Socket; readonly name: string }> {
      const socket = openSocket(nginx.ports[0] as number, '127.0.0.1');
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.write(request);
      return { socket, name: `127.0.0.1:${socket.localPort}` };
    }

    const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: shop.test\r\n\r\n`;

    test(
      'are incidents with their cause; what nginx logs, and what lost nothing, is not among them',
      async () => {
        const slow = await client('POST /silent/body HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 100\r\n\r\nhalf');
        const [asked] = upstreams.map((upstream) => once(upstream, 'connection'));
        const gone = await client(get('/silent/wait'));
        await asked;
        gone.socket.resetAndDestroy();
        const fine = await client(get('/fine'));
        await once(fine.socket, 'data');
        fine.socket.resetAndDestroy();
        const logged = await client(get('/resetting'));
        // Waiting for an event by once() would fail with the reset.
        await new Promise((resolve) => slow.socket.on('close', resolve));

        const store = new IncidentStore(redis);
        let stored: readonly StoredIncident[] = [];
        const areThere = async (): Promise<boolean> => {
          stored = await store.list({ limit: 100 });
          return stored.filter((one) => !one.logged).length >= 2 && stored.some((one) => one.logged);
        };
        await waitUntil(areThere, { what: 'the incidents', timeoutMs: FOUND_TIMEOUT_MS });
        logged.socket.destroy();
        const unlogged = stored.filter((one) => !one.logged).map(({ incident }) => incident);
        expect(unlogged.toSorted((a, b) => (a.cause ?? '').localeCompare(b.cause ?? ''))).toMatchObject([
          {
            leg: 'client',
            stream: { originator: gone.name },
            reset: { by: 'client' },
            request: { target: '/silent/wait' },
          },
          { leg: 'client', stream: { originator: slow.name }, reset: { by: 'nginx' }, cause: 'nginx-reset-timedout' },
        ]);
        const lines = stored.filter((one) => one.logged).map(({ incident }) => incident);
        expect(lines).toMatchObject([{ status: 'matched', leg: 'upstream', request: { target: '/resetting' } }]);
        expect(stored.some(({ incident }) => incident.stream?.originator === fine.name)).toBe(false);
        expect(await store.counts()).toMatchObject({ lines: 1, unlogged: 2 });
      },
      FOUND_TIMEOUT_MS + 10_000,
    );
  },
);
