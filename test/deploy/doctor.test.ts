/** `resetscope doctor` on a real nginx, a real Redis and running apps: nothing to say while all is well, then one thing after the other is spoilt. */
import { chown, rename, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RECOMMENDED_LOG_FORMAT } from '@resetscope/nginx-log';
import { connectRedis } from '@resetscope/telemetry';
import {
  canCapture,
  freePort,
  hasProgram,
  makeTempDir,
  type NginxServer,
  nginxConfig,
  type RedisServer,
  startNginx,
  startRedis,
  type TempDir,
  waitUntil,
} from '@resetscope/testkit';
import { describeIf, testIf } from '@resetscope/testkit/jest';
import { AppProcess, areAppsBuilt } from '../redis/app-process.ts';
import { type DoctorRun, runDoctor } from './doctor-run.ts';

const canRun = hasProgram('nginx') && hasProgram('redis-server') && canCapture() && areAppsBuilt;

/** The kernel of a test machine may know no time server, and no logrotate rule names a log of a test. */
const OF_THE_MACHINE = new Set(['kernel-clock', 'log-rotation']);

describeIf(canRun, 'needs nginx, redis-server, the right to capture, and built apps')('beside nginx', () => {
  let nginx: NginxServer;
  let redis: RedisServer;
  let dir: TempDir;
  const apps = new Map<string, AppProcess>();
  let url = '';
  let beside: readonly string[] = [];
  let asking = true;
  let asked: Promise<void>;

  /** Requests all the time, so that there are packets to see. */
  async function keepAsking(): Promise<void> {
    while (asking) {
      await fetch(url).then((response) => response.text());
      await delay(20);
    }
  }

  beforeAll(async () => {
    dir = await makeTempDir('resetscope-doctor-');
    nginx = await startNginx({
      config: (layout) =>
        nginxConfig(layout, {
          http: `server { listen 127.0.0.1:${layout.ports[0]}; return 200 "here"; }`,
          accessLogFormat: RECOMMENDED_LOG_FORMAT,
        }),
    });
    redis = await startRedis({ args: ['--maxmemory', '512mb', '--save', '300 1'] });
    url = `http://127.0.0.1:${nginx.ports[0]}/`;
    asked = keepAsking();
    const common = ['--redis', redis.url, '--metrics-listen', '127.0.0.1:0', '--node', 'web-1'];
    const logs = [
      '--error-log',
      nginx.errorLog,
      '--checkpoint-dir',
      join(dir.path, 'checkpoint'),
      '--from',
      'beginning',
    ];
    const own = {
      capture: ['--interface', 'lo', '--ports', `${nginx.ports[0]}`, '--user', 'root'],
      correlator: [],
      tailer: logs,
    };
    for (const name of ['capture', 'correlator', 'tailer'] as const) {
      apps.set(name, await AppProcess.start(name, [...common, ...own[name]]));
    }
    const ops = [...apps.values()].flatMap((app) => ['--ops', app.ops]);
    const host = ['--error-log', nginx.errorLog, '--nginx-config', join(nginx.dir, 'nginx.conf'), '--interface', 'lo'];
    beside = [...host, '--redis', redis.url, ...ops];
    await waitUntil(async () => (await apps.get('capture')!.metric('resetscope_ring_blocks')) > 0, {
      what: 'packets in the ring',
    });
    // nginx tells of a client that says nothing at level info (ngx_http_wait_request_handler).
    connect(nginx.ports[0]!, '127.0.0.1').end();
    await waitUntil(async () => (await apps.get('tailer')!.metric('resetscope_tail_info_level_seen')) === 1, {
      what: 'a line of level info',
    });
  }, 60_000);
  afterAll(async () => {
    asking = false;
    await asked;
    for (const app of apps.values()) await app.stop();
    await redis?.stop();
    await nginx?.stop();
    await dir?.remove();
  });

  test('all is well: every check ran, none complains, exit code 0', async () => {
    const run = await runDoctor(beside);
    const complaints = run.findings.filter(({ id, status }) => status !== 'ok' && !OF_THE_MACHINE.has(id));
    expect(complaints).toEqual([]);
    expect(run.code).toBe(0);
    expect([...new Set(run.findings.map(({ id }) => id))].sort()).toEqual(
      [
        'access-log-format',
        'app',
        'capture-drops',
        'capture-right',
        'error-log',
        'error-log-clock',
        'error-log-level',
        'error-log-rights',
        'error-log-writer',
        'interface',
        'interface-traffic',
        'kernel-clock',
        'log-rotation',
        'nginx-config',
        'node-version',
        'redis',
        'redis-clock',
        'redis-memory',
        'redis-persistence',
        'redis-policy',
        'ring',
        'ring-clock',
        'ring-reach',
        'tls-share',
        'unix-upstreams',
      ].sort(),
    );
  });

  test('a rotation that nginx was not told of', async () => {
    await rename(nginx.errorLog, `${nginx.errorLog}.1`);
    await writeFile(nginx.errorLog, '');
    const [spoilt] = (await runDoctor(beside)).of('error-log-writer');
    expect(spoilt).toMatchObject({ status: 'warn', fix: expect.stringContaining('nginx -s reopen') });
    expect(spoilt?.message).toContain(`${nginx.errorLog}.1: it was not told of a rotation`);
    nginx.reopen();
    const written = async (): Promise<boolean> => (await runDoctor(beside)).of('error-log-writer')[0]?.status === 'ok';
    await waitUntil(written, { what: 'nginx to reopen its log' });
  });

  test('a Redis that may drop what it holds, then one that is too small: each with the command that mends it', async () => {
    const client = await connectRedis(redis.url);
    try {
      await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
      await client.config('SET', 'maxmemory', '64mb');
      await client.config('SET', 'save', '');
      const run = await runDoctor(['--stack', '--redis', redis.url]);
      expect(run.code).toBe(1);
      expect(run.of('redis-policy')).toMatchObject([{ status: 'fail' }]);
      expect(run.of('redis-memory')).toMatchObject([
        { status: 'fail', message: 'maxmemory 64 MB for rings of 256 MB' },
      ]);
      expect(run.of('redis-persistence')).toMatchObject([{ status: 'warn' }]);
      for (const { fix = '' } of [
        ...run.of('redis-policy'),
        ...run.of('redis-memory'),
        ...run.of('redis-persistence'),
      ]) {
        const [, name = '', value = ''] = /redis-cli CONFIG SET (\S+) (?:"([^"]*)")?/.exec(fix) ?? [];
        await client.config('SET', name, value || (/SET \S+ ([^\s,;]+)/.exec(fix)?.[1] ?? ''));
      }
      const mended = await runDoctor(['--stack', '--redis', redis.url]);
      expect(mended.findings.filter(({ id, status }) => id.startsWith('redis') && status !== 'ok')).toEqual([]);
      expect(mended.code).toBe(0);
    } finally {
      client.disconnect();
    }
  });

  test('packets in a Redis of their own', async () => {
    const other = await startRedis({ args: ['--maxmemory', '256mb', '--save', '300 1'] });
    try {
      const run = await runDoctor(['--stack', '--redis', other.url, '--ring-redis', redis.url]);
      expect(run.of('redis-memory').map(({ message }) => message)).toEqual([
        'maxmemory 256 MB for queue and incidents',
        expect.stringMatching(/^maxmemory \d+ MB for rings of 256 MB$/),
      ]);
      expect(run.of('ring')).toMatchObject([{ status: 'ok', subject: 'ring of web-1' }]);
      const none = await runDoctor(['--stack', '--redis', other.url]);
      expect(none.of('ring')).toMatchObject([{ status: 'warn', message: 'none: no capture has written here yet' }]);
    } finally {
      await other.stop();
    }
  });

  test('from outside: nothing of this host is looked at, and it says so', async () => {
    const run = await runDoctor(['--stack', '--redis', redis.url]);
    expect(run.of('error-log')).toMatchObject([
      { status: 'skipped', message: expect.stringContaining('run the doctor beside nginx') },
    ]);
    expect(run.of('interface')).toMatchObject([{ status: 'skipped' }]);
    expect(run.of('capture-right')).toEqual([]);
    expect(run.of('ring')).toMatchObject([{ status: 'ok', subject: 'ring of web-1' }]);
    expect(run.of('app').map(({ status, subject }) => `${status} ${subject.replace(/ on .*/, '')}`)).toEqual([
      'ok capture',
      'ok correlator',
      'ok tailer',
    ]);
  });

  test('no packets where it listens', async () => {
    const port = await freePort();
    const run = await runDoctor([...beside, '--ports', `${port}`, '--watch', '1']);
    expect(run.of('interface-traffic')).toMatchObject([
      {
        status: 'warn',
        message: `no packets of nginx's ports ${port} in 1 s`,
        fix: expect.stringContaining('--watch 30'),
      },
    ]);
  });

  test('an interface that is missing does not hide the rest', async () => {
    const run = await runDoctor([...beside, '--interface', 'nope9']);
    expect(run.code).toBe(1);
    expect(run.of('interface').map(({ status }) => status)).toEqual(['ok', 'fail']);
    expect(run.of('interface')[1]).toMatchObject({ fix: expect.stringMatching(/take one of these with --interface/) });
    expect(run.of('interface-traffic')).toMatchObject([{ status: 'ok' }]);
  });

  test('no correlator, then no capture', async () => {
    await apps.get('correlator')?.stop();
    await apps.get('capture')?.stop();
    const run = await runDoctor([...beside]);
    expect(run.code).toBe(1);
    expect(run.of('ring')).toMatchObject([{ status: 'fail', fix: expect.stringContaining('start the capture') }]);
    const missing = run.of('app').filter(({ status }) => status !== 'ok');
    expect(
      missing.map(({ status, message, fix }) => [status, message.replace(/:.*/, ''), fix?.replace(/[,;].*/, '')]),
    ).toEqual([
      ['warn', 'none has said in Redis that it is there', 'start resetscope capture with the same --redis'],
      ['warn', 'none has said in Redis that it is there', 'start resetscope correlator with the same --redis'],
      ['fail', 'does not answer', 'start it'],
      ['fail', 'does not answer', 'start it'],
    ]);
  });
});

describeIf(hasProgram('nginx'), 'needs nginx')('an nginx that hides what happens', () => {
  let nginx: NginxServer;
  let dir: TempDir;
  let argv: readonly string[];
  beforeAll(async () => {
    dir = await makeTempDir('resetscope-doctor-');
    nginx = await startNginx({
      config: (layout) =>
        nginxConfig(layout, {
          http: `server { listen 127.0.0.1:${layout.ports[0]}; location / { proxy_pass http://unix:/run/app.sock; } }`,
          errorLogLevel: 'error',
        }),
    });
    // A stack elsewhere that does not answer: what is asked here is this host.
    argv = ['--nginx-config', join(nginx.dir, 'nginx.conf'), '--watch', '1', '--redis', 'unix:/nonexistent.sock'];
  });
  afterAll(async () => {
    await nginx?.stop();
    await dir?.remove();
  });

  async function examine(...more: readonly string[]): Promise<DoctorRun> {
    return runDoctor([...argv, ...more]);
  }

  test('its level, its access log, an upstream on a unix socket', async () => {
    const run = await examine('--error-log', nginx.errorLog);
    expect(run.of('error-log-level')).toMatchObject([
      { status: 'warn', fix: `in nginx.conf: error_log ${nginx.errorLog} info; then nginx -s reload` },
    ]);
    expect(run.of('access-log-format')).toMatchObject([
      { status: 'warn', fix: expect.stringContaining(RECOMMENDED_LOG_FORMAT) },
    ]);
    expect(run.of('unix-upstreams')).toMatchObject([
      { status: 'warn', message: 'on unix sockets: proxy_pass http://unix:/run/app.sock' },
    ]);
    expect(run.of('redis')).toMatchObject([{ status: 'fail', fix: 'start it or set REDIS_URL' }]);
  });

  test('a log that is a link to standard error, as in the official image', async () => {
    const link = join(dir.path, 'error.log');
    await symlink('/dev/stderr', link);
    const run = await examine('--error-log', link);
    expect(run.code).toBe(1);
    expect(run.of('error-log')).toMatchObject([
      { status: 'fail', fix: expect.stringContaining(`mount a volume over the folder of the log`) },
    ]);
  });

  test('a configuration that cannot be read', async () => {
    const run = await runDoctor(['--nginx-config', '/nonexistent.conf', '--error-log', nginx.errorLog, '--watch', '1']);
    expect(run.code).toBe(1);
    expect(run.of('nginx-config')).toMatchObject([{ status: 'fail', fix: expect.stringContaining('--nginx-config') }]);
  });

  /** Root's files can be read, wherever the checkout is; nobody else's. */
  const withoutRights = ['setpriv', '--bounding-set', '-all', '--inh-caps', '-all', '--'];

  testIf(process.getuid?.() === 0 && hasProgram('setpriv'), 'needs root and setpriv')(
    'without the rights of root',
    async () => {
      const log = join(dir.path, 'secret.log');
      await writeFile(log, 'x', { mode: 0o600 });
      await chown(log, 65_534, 65_534);
      const run = await runDoctor(['--error-log', log, '--watch', '1'], withoutRights);
      expect(run.code).toBe(1);
      expect(run.of('error-log')).toMatchObject([
        { status: 'fail', message: expect.stringContaining('no permission') },
      ]);
      expect(run.of('capture-right')).toMatchObject([
        { status: 'fail', fix: expect.stringContaining('CapabilityBoundingSet=CAP_NET_RAW') },
      ]);
      expect(run.of('interface-traffic')).toMatchObject([{ status: 'skipped' }]);
    },
  );
});
