/** Logs as collectors keep them, in any format, and over the hour that daylight saving repeats. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { compileLogFormat } from '@resetscope/nginx-log';
import { makeTempDir, type TempDir } from '@resetscope/testkit';
import { readAccessLogs, readErrorLogs } from './read-logs.ts';
import { SILENT_METER } from './read-meter.ts';

const MESSAGE = 'recv() failed (104: Connection reset by peer) while sending to client';
const CONTEXT =
  'client: 10.0.0.7, server: a, request: "POST /a HTTP/1.1", upstream: "http://10.9.0.1:3000/a", host: "a"';
const line = (n: number, stamp = '2026/11/22 06:35:12'): string =>
  `${stamp} [info] 17#17: *${n} ${MESSAGE}, ${CONTEXT}`;
const ACCESS = '10.0.0.7 - - [22/Nov/2026:06:35:12 +0000] "POST /a HTTP/1.1" 200 5 "-" "curl"';
const docker = (text: string): string => JSON.stringify({ log: `${text}\n`, time: '2026-11-22T06:35:12.5Z' });

let dir: TempDir;
beforeAll(async () => {
  dir = await makeTempDir('resetscope-test-');
});
afterAll(() => dir.remove());

async function fileOf(name: string, lines: readonly string[]): Promise<string> {
  const path = join(dir.path, name);
  await writeFile(path, `${lines.join('\n')}\n`, 'latin1');
  return path;
}

describe('error logs', () => {
  test.each([
    { name: 'plain', lines: [line(1), line(2)] },
    { name: 'docker', lines: [docker(line(1)), docker(ACCESS), docker(line(2))] },
    { name: 'kubectl', lines: [line(1), ACCESS, line(2), ACCESS] },
    { name: 'syslog', lines: [1, 2].map((n) => `<190>Nov 22 06:35:12 web1 nginx: ${line(n)}`) },
  ])('$name: each line once, without doubts', async ({ name, lines }) => {
    const found = await readErrorLogs([await fileOf(`${name}.log`, lines)], 'UTC', SILENT_METER);
    expect(found.lines.map(({ entry }) => [entry.connectionNumber, entry.flags])).toEqual([
      [1, []],
      [2, []],
    ]);
    expect(found.lines.map(({ ref }) => ref.raw)).toEqual([line(1), line(2)]);
  });

  test('a line smuggled in is told from one that an access-log line follows', async () => {
    const torn = '2026/11/22 06:35:12 [error] 17#17: *3 open() "/html/x';
    const path = await fileOf('forged.log', [torn, line(1), '" failed (2: No such file), client: 10.0.0.7']);
    const { lines } = await readErrorLogs([path], 'UTC', SILENT_METER);
    expect(lines.map(({ entry }) => entry.flags)).toEqual([['after-unclosed-quote', 'before-continuation']]);
  });

  test('lines that nginx dropped are missed', async () => {
    const limited = '2026/11/22 06:35:12 [info] 17#17: too many log messages, limiting';
    const { warnings } = await readErrorLogs([await fileOf('limited.log', [line(1), limited])], 'UTC', SILENT_METER);
    expect(warnings).toEqual([
      expect.stringMatching(/limited\.log lacks lines: nginx's rate limit dropped some 1 times$/),
    ]);
  });

  test('the hour that Berlin repeats, and a collector that knows the zone better', async () => {
    const hour = ['2026/10/25 02:59:59', '2026/10/25 02:00:01'].map((stamp, n) => line(n, stamp));
    const { lines } = await readErrorLogs([await fileOf('autumn.log', hour)], 'Europe/Berlin', SILENT_METER);
    const utc = lines.map(({ stampUs }) => new Date(stampUs / 1000).toISOString());
    expect(utc).toEqual(['2026-10-25T00:59:59.000Z', '2026-10-25T01:00:01.000Z']);
    const collected = await readErrorLogs([await fileOf('utc.log', [docker(line(1))])], 'Asia/Tokyo', SILENT_METER);
    expect(collected.lines[0]?.stampUs).toBe(Date.parse('2026-11-22T06:35:12Z') * 1000);
  });
});

describe('access logs', () => {
  const FORMAT = `log_format x escape=json '{"n":$connection,"from":"$remote_addr:$remote_port"}';`;
  const LINES = ['{"n":13,"from":"10.0.0.7:51000"}', docker('{"n":17,"from":"10.0.0.7:51001"}')];

  test('in the format given', async () => {
    const path = await fileOf('json.log', LINES);
    const log = await readAccessLogs([path], SILENT_METER, compileLogFormat(FORMAT));
    expect([13, 17].map((n) => [...log.clientEndpoints(n)])).toEqual([['10.0.0.7:51000'], ['10.0.0.7:51001']]);
  });

  test.each([
    { name: 'no format', format: null, message: /in a known log_format, got lines like "\{\\"n\\":13/ },
    { name: 'another format', format: '$status $pid', message: /in the log_format given, got lines like/ },
  ])('$name that fits', async ({ format, message }) => {
    const path = await fileOf('unknown.log', LINES);
    const compiled = format === null ? null : compileLogFormat(format);
    await expect(readAccessLogs([path], SILENT_METER, compiled)).rejects.toThrow(message);
  });
});
