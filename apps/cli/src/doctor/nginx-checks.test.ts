import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readNginxConfig } from '@resetscope/nginx-config';
import { RECOMMENDED_LOG_FORMAT } from '@resetscope/nginx-log';
import { makeTempDir, type TempDir } from '@resetscope/testkit';
import { checkAccessLogFormat, checkUnixUpstreams } from './nginx-checks.ts';
import { isSameFile, type NginxFacts, nginxFacts } from './nginx-facts.ts';

let dir: TempDir;

beforeAll(async () => {
  dir = await makeTempDir('resetscope-test-');
});
afterAll(() => dir.remove());

async function factsOf(text: string): Promise<NginxFacts> {
  const file = join(dir.path, 'nginx.conf');
  await writeFile(file, text);
  return nginxFacts(await readNginxConfig(file));
}

const HTTP = (body: string): string =>
  `error_log /e.log warn; http { ${body} server { listen 8080; error_log logs/s.log info; } }`;

test('logs with level and format, ports and unix sockets', async () => {
  const facts = await factsOf(
    HTTP(`log_format a escape=json '$connection ' '$request_id'; access_log /a.log a buffer=4k; access_log /b.log; access_log off;
          upstream u { server unix:/run/u.sock; server 10.0.0.1:9000; } server { listen unix:/run/l.sock; location / { proxy_pass http://u; } }`),
  );
  expect(facts).toEqual({
    errorLogs: [
      { target: '/e.log', level: 'warn' },
      { target: 'logs/s.log', level: 'info' },
    ],
    accessLogs: [
      { target: '/a.log', formatName: 'a' },
      { target: '/b.log', formatName: 'combined' },
    ],
    formats: new Map([['a', '$connection $request_id']]),
    ports: [8080, 9000],
    unixSockets: ['server unix:/run/u.sock'],
  });
});

test.each([
  { target: '/var/log/e.log', path: '/var/log/e.log', is: true },
  { target: 'logs/e.log', path: '/usr/share/nginx/logs/e.log', is: true },
  { target: '/srv/e.log', path: '/var/log/e.log', is: false },
  { target: 'e.log', path: '/var/log/note.log', is: false },
])('$target names $path: $is', ({ target, path, is }) => {
  expect(isSameFile(target, path)).toBe(is);
});

test('an access log that names the connection, one that does not, none, and a configuration nobody can read', async () => {
  const good = await factsOf(HTTP(`log_format r '${RECOMMENDED_LOG_FORMAT}'; access_log /a.log; access_log /r.log r;`));
  expect(checkAccessLogFormat(undefined, good)).toMatchObject({ id: 'access-log-format', status: 'ok' });
  const plain = await factsOf(HTTP('access_log /a.log;'));
  expect(checkAccessLogFormat(undefined, plain)).toMatchObject({
    status: 'warn',
    message: 'its format lacks $connection, $realip_remote_port, $upstream_addr, $request_id',
    fix: expect.stringContaining(RECOMMENDED_LOG_FORMAT),
  });
  expect(checkAccessLogFormat(RECOMMENDED_LOG_FORMAT, plain).status).toBe('ok');
  expect(checkAccessLogFormat('no variable', null).status).toBe('warn');
  expect(checkAccessLogFormat(undefined, await factsOf(HTTP(''))).status).toBe('skipped');
  expect(checkAccessLogFormat(undefined, null).status).toBe('skipped');
});

test('upstreams on unix sockets', async () => {
  const body = 'server { location / { proxy_pass http://unix:/run/app.sock:/; } }';
  expect(checkUnixUpstreams(await factsOf(HTTP(body)))).toMatchObject({
    id: 'unix-upstreams',
    status: 'warn',
    message: 'on unix sockets: proxy_pass http://unix:/run/app.sock:/',
  });
  expect(checkUnixUpstreams(await factsOf(HTTP('')))).toMatchObject({ status: 'ok' });
  expect(checkUnixUpstreams(null).status).toBe('skipped');
});
