/** Real nginx, sending its error log to our sockets. */
import { chmodSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  freePort,
  hasProgram,
  makeTempDir,
  type NginxServer,
  nginxConfig,
  startNginx,
  type TempDir,
  waitUntil,
} from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { parseSyslogSpec } from './syslog-address.ts';
import { type DatagramResult, SyslogSource } from './syslog-source.ts';
import { Collected } from './testing/collected.ts';

let dir: TempDir;
let nginx: NginxServer | undefined;
let sources: SyslogSource[] = [];
let results: DatagramResult[] = [];

beforeEach(async () => {
  dir = await makeTempDir('resetscope-syslog-');
  // nginx's workers run as another user and must reach the socket
  chmodSync(dir.path, 0o711);
  sources = [];
  results = [];
});

afterEach(async () => {
  await nginx?.stop();
  nginx = undefined;
  for (const source of sources) await source.stop();
  await dir.remove();
});

async function listen(address: string, maxWaitingLen?: number): Promise<SyslogSource> {
  const source = new SyslogSource({
    spec: parseSyslogSpec(address),
    wanted: (bytes, start, end) => Buffer.from(bytes.subarray(start, end)).includes('failed'),
    received: (result) => results.push(result),
    ...(maxWaitingLen === undefined ? {} : { maxWaitingLen }),
  });
  await source.start();
  sources.push(source);
  return source;
}

/** Logs twice, to a file and to syslog; what is proxied is refused. */
function startSender(address: string): Promise<NginxServer> {
  return startNginx({
    config: (layout) =>
      nginxConfig(layout, {
        http: `server { listen 127.0.0.1:${layout.ports[0]};
          error_log syslog:server=${address},tag=shop info; error_log ${layout.errorLog} info;
          location / { proxy_pass http://127.0.0.1:1; } }`,
      }),
  });
}

function get(port: number | undefined, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const ask = request({ port, host: '127.0.0.1', path, agent: false }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode));
    });
    ask.on('error', reject).end();
  });
}

const inNginx = describeIf(hasProgram('nginx'), 'nginx is not installed');

inNginx('nginx over syslog', () => {
  test.each([
    { kind: 'UDP', address: async () => `127.0.0.1:${await freePort()}` },
    { kind: 'a unix socket', address: async () => `unix:${join(dir.path, 'log.sock')}` },
  ])('by $kind: the lines of its file, byte for byte', async ({ address }) => {
    const source = await listen(await address());
    const seen = new Collected();
    const running = seen.run(source);
    nginx = await startSender(source.address ?? '');
    for (const path of ['/one', `/${'x'.repeat(4000)}`]) expect(await get(nginx.ports[0], path)).toBe(502);
    await waitUntil(() => seen.lines.length >= 2, { what: 'two lines' });
    const inFile = readFileSync(nginx.errorLog, 'latin1')
      .split('\n')
      .filter((text) => text.includes('connect() failed'));
    expect(seen.texts()).toEqual(inFile);
    expect(inFile[1]).toHaveLength(2047);
    expect(new Set(seen.lines.map(({ fileId }) => fileId)).size).toBe(1);
    expect(seen.lines[0]).toMatchObject({ file: source.name, fileId: expect.stringMatching(/^syslog:[0-9a-f-]{36}$/) });
    expect(seen.lines[1]?.offset).toBeGreaterThan(seen.lines[0]?.offset ?? Number.NaN);
    expect(results).not.toContain('not-nginx');
    await source.stop();
    await running;
  });

  test('nobody waits for us: what has no room is dropped and counted, and nginx answers as ever', async () => {
    const source = await listen(`127.0.0.1:${await freePort()}`, 1000);
    nginx = await startSender(source.address ?? '');
    for (let n = 0; n < 8; n++) expect(await get(nginx.ports[0], `/${n}`)).toBe(502);
    const dropped = (): number => results.filter((result) => result === 'dropped').length;
    await waitUntil(() => dropped() > 0, { what: 'a datagram to be dropped' });
    expect((await source.status()).lagBytes).toBeGreaterThan(0);
    const seen = new Collected();
    const running = seen.run(source);
    await waitUntil(() => seen.lines.length > 0, { what: 'what had room' });
    const before = seen.lines.length;
    expect(await get(nginx.ports[0], '/room')).toBe(502);
    await waitUntil(() => seen.lines.length > before, { what: 'a line after there was room' });
    await source.stop();
    await running;
    expect(await source.status()).toMatchObject({ lagBytes: 0, lagMs: 0 });
  });
});

describe('a source that is stopped', () => {
  test('still hands out what it has received', async () => {
    const source = await listen(`unix:${join(dir.path, 'log.sock')}`);
    await source.stop();
    const seen = new Collected();
    await seen.run(source);
    expect(seen.lines).toEqual([]);
  });
});
