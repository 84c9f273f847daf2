/** Lines that a real nginx writes in formats of every kind, against what its clients and upstreams know. */

import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePort, hasProgram, type NginxServer, nginxConfig, startNginx, waitUntil } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import {
  type AccessLogEntry,
  COMBINED_LOG_FORMAT,
  compileLogFormat,
  DETAILED_LOG_FORMAT,
  detectLogFormat,
  parseAccessLogLine,
  RECOMMENDED_LOG_FORMAT,
} from './index.ts';

/** Name and directive, as they stand in nginx.conf. */
const DIRECTIVES: Readonly<Record<string, string>> = {
  recommended: `log_format recommended '${RECOMMENDED_LOG_FORMAT}';`,
  detailed: `log_format detailed '${DETAILED_LOG_FORMAT}';`,
  json: `log_format json escape=json '{"agent":"$http_user_agent","port":$remote_port,' '"request":"$request","upstream":"$upstream_addr","status":"$upstream_status"}';`,
  none: `log_format none escape=none '$remote_port|$upstream_addr|$upstream_status|$request|"$http_user_agent"';`,
  bare: `log_format bare $remote_addr:$remote_port ' $request $http_user_agent $status $upstream_addr [$time_local]' "\\t$msec";`,
};
/** All that a header may hold, and what formats use between values. */
const AGENTS = [
  'curl/8.0',
  'a "quoted" \\ one',
  'tab\there, [10.0.0.1:80, 502 : 200] | 200 OK',
  '\xc3\xa4\xff \\x22 \\u0041 {"a":"b"}',
  '',
];

interface Sent {
  readonly port: number;
  readonly request: string;
  readonly agent: string;
}

let nginx: NginxServer;
let upstream: Server;
let deadPort: number;
let livePort: number;
const sent: Sent[] = [];

/** One request over a connection of its own; resolves when nginx has closed it. */
async function ask(agent: string, target: string): Promise<void> {
  const socket = connect(nginx.ports[0] ?? 0, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  const request = `GET ${target} HTTP/1.1`;
  sent.push({ port: socket.localPort ?? 0, request, agent });
  socket.write(Buffer.from(`${request}\r\nHost: a\r\nUser-Agent: ${agent}\r\nConnection: close\r\n\r\n`, 'latin1'));
  socket.resume();
  await new Promise((resolve) => socket.once('close', resolve));
}

async function linesOf(name: string): Promise<readonly Uint8Array[]> {
  const file = `${nginx.dir}/${name}.log`;
  const read = async (): Promise<string> => (await readFile(file, 'latin1').catch(() => '')).replace(/\n$/, '');
  await waitUntil(async () => (await read()).split('\n').length === sent.length, {
    what: `${sent.length} lines in ${name}`,
  });
  return (await read()).split('\n').map((line) => Buffer.from(line, 'latin1'));
}

describeIf(hasProgram('nginx'), 'nginx is not installed')('nginx writes', () => {
  beforeAll(async () => {
    upstream = createServer((_, response) => response.end('ok'));
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    livePort = (upstream.address() as { port: number }).port;
    deadPort = await freePort();
    const logs = (dir: string): string =>
      Object.keys(DIRECTIVES)
        .map((name) => `access_log ${dir}/${name}.log ${name};`)
        .join(' ');
    nginx = await startNginx({
      config: (layout) =>
        nginxConfig(layout, {
          http: `${Object.values(DIRECTIVES).join('\n')}
            upstream both { server 127.0.0.1:${deadPort} max_fails=0; server 127.0.0.1:${livePort}; }
            server {
              listen 127.0.0.1:${layout.ports[0]};
              access_log ${layout.dir}/combined.log combined;
              ${logs(layout.dir)}
              location / { proxy_pass http://both; }
              location /local { return 204; }
            }`,
        }),
    });
    for (const agent of AGENTS) for (const target of ['/a?b=c', '/"q"\\', '/local']) await ask(agent, target);
  });
  afterAll(async () => {
    await nginx?.stop();
    upstream?.close();
  });

  function expectSame(
    entry: AccessLogEntry | null,
    { port, request, agent }: Sent,
    parts: { agent: boolean; port: boolean },
  ): void {
    const seen = entry?.variables;
    expect(seen?.get('request')).toBe(request);
    if (parts.agent) expect([agent, agent || '-']).toContain(seen?.get('http_user_agent'));
    if (parts.port) expect(seen?.get('realip_remote_port') ?? seen?.get('remote_port')).toBe(String(port));
    if (entry === null || !seen?.has('upstream_addr')) return;
    const known = [`127.0.0.1:${deadPort}`, `127.0.0.1:${livePort}`];
    for (const [index, address] of entry.upstreamAddrs.entries()) {
      expect(known).toContain(address);
      if (entry.upstreamStatuses.length > 0)
        expect(entry.upstreamStatuses[index]).toBe(address === known[0] ? 502 : 200);
    }
    expect(entry.upstreamAddrs.length > 0).toBe(!request.includes('/local'));
  }

  test.each(Object.entries(DIRECTIVES))('%s', async (name, directive) => {
    const format = compileLogFormat(directive);
    const lines = await linesOf(name);
    for (const [index, line] of lines.entries()) {
      const has = (variable: string): boolean => format.parts.some((part) => part.variable === variable);
      expectSame(parseAccessLogLine(format, line), sent[index]!, { agent: has('http_user_agent'), port: true });
    }
  });

  test('both lists of a retried request', async () => {
    const entries = (await linesOf('detailed')).map((line) =>
      parseAccessLogLine(compileLogFormat(DETAILED_LOG_FORMAT), line),
    );
    const retried = entries.filter((entry) => entry?.upstreamAddrs.length === 2);
    expect(retried.length).toBeGreaterThan(0);
    for (const entry of retried) expect(entry?.upstreamStatuses).toEqual([502, 200]);
  });

  test('combined, which tells neither port nor upstream, and the format is found', async () => {
    const lines = await linesOf('combined');
    expect(detectLogFormat(lines)?.source).toBe(COMBINED_LOG_FORMAT);
    const format = compileLogFormat(COMBINED_LOG_FORMAT);
    for (const [index, line] of lines.entries())
      expectSame(parseAccessLogLine(format, line), sent[index]!, { agent: true, port: false });
  });

  test('$msec and $time_local tell the same second', async () => {
    const format = compileLogFormat(DIRECTIVES['bare'] ?? '');
    const withoutMsec = compileLogFormat((DIRECTIVES['bare'] ?? '').replace('$msec', '$x'));
    for (const line of await linesOf('bare')) {
      const exact = parseAccessLogLine(format, line)?.tsUs ?? 0;
      const coarse = parseAccessLogLine(withoutMsec, line)?.tsUs;
      expect(coarse).toBe(Math.floor(exact / 1e6) * 1e6);
    }
  });
});
