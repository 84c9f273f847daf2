/** The program between a real nginx that writes both logs and a real Redis. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { AccessLines, type AccessRecord, openResetQueue, type ResetQueue } from '@resetscope/jobs';
import { RECOMMENDED_LOG_FORMAT } from '@resetscope/nginx-log';
import {
  freePort,
  hasProgram,
  makeTempDir,
  type NginxServer,
  nginxConfig,
  type RedisServer,
  repositoryRoot,
  startNginx,
  startRedis,
  type TempDir,
  waitUntil,
} from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';

const MAIN = join(repositoryRoot(), 'apps', 'tailer', 'dist', 'main.js');
const NODE = 'web-1';

const missing = !existsSync(MAIN)
  ? 'apps/tailer is not built (npm run build)'
  : ['nginx', 'redis-server'].filter((program) => !hasProgram(program)).join(' and ');

describeIf(missing === '', `${missing} missing`)('the tailer with access logs', () => {
  let dir: TempDir;
  let nginx: NginxServer;
  let server: RedisServer;
  let redis: Redis;
  let queue: ResetQueue;
  let tailer: { readonly child: ChildProcess; readonly ops: string };

  beforeAll(async () => {
    const dead = await freePort();
    nginx = await startNginx({
      portCount: 2,
      config: (layout) =>
        nginxConfig(layout, {
          accessLogFormat: RECOMMENDED_LOG_FORMAT,
          http: layout.ports
            .map((port, at) => {
              const log = at === 0 ? '' : `access_log ${layout.dir}/buffered.log measured buffer=64k flush=1s;`;
              return `server { listen 127.0.0.1:${port}; ${log} location / { return 200; } location /dead { proxy_pass http://127.0.0.1:${dead}; } }`;
            })
            .join('\n'),
        }),
    });
    server = await startRedis();
    redis = new Redis({ path: server.url.slice('unix:'.length), maxRetriesPerRequest: null });
    queue = openResetQueue(redis, () => undefined);
  });

  afterAll(async () => {
    await queue.close();
    redis.disconnect();
    await server.stop();
    await nginx.stop();
  });

  beforeEach(async () => {
    dir = await makeTempDir('resetscope-access-');
    await redis.flushall();
    tailer = await startTailer();
  });

  afterEach(async () => {
    tailer.child.kill('SIGTERM');
    await new Promise((resolve) => tailer.child.once('close', resolve));
    await dir.remove();
  });

  async function startTailer(): Promise<typeof tailer> {
    const logs = ['--error-log', nginx.errorLog, '--access-log', nginx.accessLog];
    const buffered = ['--access-log', join(nginx.dir, 'buffered.log')];
    const place = ['--checkpoint-dir', join(dir.path, 'state'), '--redis', server.url, '--node', NODE];
    const args = [MAIN, ...logs, ...buffered, ...place, '--metrics-listen', '127.0.0.1:0'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const ops = await new Promise<string>((resolve, reject) => {
      child.once('message', (message: { ops: string }) => resolve(message.ops));
      child.once('close', (code) => reject(new Error(`the tailer ended with ${code}`)));
    });
    return { child, ops };
  }

  const get = async (path: string, at = 0): Promise<number> =>
    (await fetch(`http://127.0.0.1:${nginx.ports[at]}${path}`)).status;

  /** The access lines of the job about a request, once its own is among them. */
  async function accessLinesOf(path: string): Promise<readonly AccessRecord[]> {
    let found: readonly AccessRecord[] = [];
    const isThere = async (): Promise<boolean> => {
      const job = (await queue.getJobs('waiting')).find(({ data }) => data.raw.includes(`"GET ${path} `));
      if (job === undefined) return false;
      found = (await new AccessLines(redis, NODE).read([job.data.id]))[0] ?? [];
      return found.some(({ raw }) => raw.includes(`"GET ${path} `));
    };
    await waitUntil(isThere, { what: `the access line of ${path}` });
    return found;
  }

  test('what an error line asks for goes to Redis, and nothing else', async () => {
    for (let at = 0; at < 50; at++) expect(await get(`/fine${at}`)).toBe(200);
    expect(await get('/dead/1')).toBe(502);
    const lines = await accessLinesOf('/dead/1');
    expect(lines.at(-1)).toMatchObject({ format: RECOMMENDED_LOG_FORMAT });
    expect(new Set(lines.map(({ raw }) => raw.split(' ')[0])).size).toBe(1);
    expect(await redis.keys('{resetscope:access:web-1}:*')).toHaveLength(1);
    const metrics = await (await fetch(`http://${tailer.ops}/metrics`)).text();
    expect(metrics).toContain('resetscope_tail_access_waiting_jobs 1\n');
    expect(metrics).toContain('resetscope_tail_access_lines_total{result="misfit"} 0\n');
  });

  test('a line that nginx keeps in its buffer for a second comes later', async () => {
    expect(await get('/dead/2', 1)).toBe(502);
    const [line] = await accessLinesOf('/dead/2');
    expect(line?.raw).toContain('"GET /dead/2 HTTP/1.1"');
  });

  test('over a rotation of both logs', async () => {
    expect(await get('/dead/3')).toBe(502);
    await accessLinesOf('/dead/3');
    for (const log of [nginx.errorLog, nginx.accessLog]) await rename(log, `${log}.1`);
    expect(await get('/dead/4')).toBe(502); // written to the old files
    nginx.reopen();
    await waitUntil(() => existsSync(nginx.accessLog), { what: 'the new log' });
    expect(await get('/dead/5')).toBe(502);
    await accessLinesOf('/dead/4');
    await accessLinesOf('/dead/5');
  });
});
