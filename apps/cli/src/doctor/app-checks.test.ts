import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { Gauge, Registry, startOpsServer } from '@resetscope/telemetry';
import { checkApp, checkHeartbeats, checkNode } from './app-checks.ts';
import { readTailerLevels } from './tailer-metrics.ts';

async function withApp(notReady: string | null, look: (url: string) => Promise<void>): Promise<void> {
  const registry = new Registry();
  const hides = new Gauge({
    name: 'resetscope_tail_log_level_hides_clients',
    help: 'x',
    labelNames: ['log'],
    registers: [registry],
  });
  hides.set({ log: '/var/log/nginx/error.log' }, 1);
  const ops = await startOpsServer({ listen: { host: '127.0.0.1', port: 0 }, registry, notReady: () => notReady });
  try {
    await look(`http://${ops.address}`);
  } finally {
    await ops.close();
  }
}

test('an app that is ready, and the level that a tailer tells of', async () => {
  await withApp(null, async (url) => {
    expect(await checkApp(url)).toMatchObject([
      { id: 'app', status: 'ok', message: 'ready' },
      { id: 'error-log-level', status: 'warn', subject: 'level of /var/log/nginx/error.log' },
    ]);
  });
});

test('one that is not ready says why', async () => {
  await withApp('Redis is away', async (url) => {
    expect(await checkApp(url)).toMatchObject([{ id: 'app', status: 'fail', message: 'not ready: Redis is away' }]);
  });
});

test('nobody there, and somebody else', async () => {
  expect(await checkApp('http://127.0.0.1:1')).toMatchObject([
    { status: 'fail', message: expect.stringContaining('does not answer') },
  ]);
  const other = createServer((_, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  expect(await checkApp(`http://127.0.0.1:${(other.address() as AddressInfo).port}`)).toMatchObject([
    { status: 'fail', message: 'expected /readyz of an app, got status 404' },
  ]);
  other.close();
});

test('levels as a tailer tells them', () => {
  const hides = (value: number): string => `resetscope_tail_log_level_hides_clients{log="/e.log"} ${value}\n`;
  expect(readTailerLevels(hides(1))).toMatchObject([{ id: 'error-log-level', status: 'warn' }]);
  expect(readTailerLevels(`${hides(0)}resetscope_tail_info_level_seen 1\n`)).toMatchObject([{ status: 'ok' }]);
  expect(readTailerLevels(`${hides(0)}resetscope_tail_info_level_seen 0\n`)).toMatchObject([{ status: 'skipped' }]);
  expect(readTailerLevels('up 1\n')).toEqual([]);
});

test.each([
  { version: '20.15.0', status: 'ok' },
  { version: '24.1.0', status: 'ok' },
  { version: '20.14.9', status: 'fail' },
  { version: '18.20.0', status: 'fail' },
])('Node $version: $status', ({ version, status }) => {
  expect(checkNode(version)).toMatchObject({ id: 'node-version', status });
});

test('apps by what they said in Redis: well, in trouble, silent, never there', () => {
  const beat = { node: 'web-1', pid: 7, startedAtMs: 0, silentMs: 100, trouble: null };
  const beats = [
    { ...beat, app: 'capture' },
    { ...beat, app: 'tailer', trouble: 'no log' },
    { ...beat, app: 'web', silentMs: 60_000 },
  ];
  expect(checkHeartbeats(beats)).toMatchObject([
    { id: 'app', status: 'ok', subject: 'capture on web-1' },
    { status: 'fail', message: 'not ready: no log' },
    { status: 'fail', message: 'silent for 60 s (process 7)' },
    { status: 'warn', subject: 'correlator', fix: 'start resetscope correlator with the same --redis' },
  ]);
});
