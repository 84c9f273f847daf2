/** The offline analysis through the command line, on a log and a capture made here. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Analysis } from '@resetscope/report';
import { hasProgram, makeTempDir, TcpStory, type TempDir } from '@resetscope/testkit';
import { testIf } from '@resetscope/testkit/jest';
import { LinkType, writePcap } from '@resetscope/wire';
import { resetscope, run } from './testing/run-cli.ts';

const CLIENT = '10.0.0.7';
const NGINX = '10.0.0.1:80';
/** 2026-11-22 06:35:12 UTC. */
const START_US = 1_795_329_312_000_000;

/** POST with Connection: close, answered and acknowledged; nginx closes, the client resets. */
function postThenReset(port: number, target: string, startMs: number): TcpStory {
  const story = new TcpStory({
    originator: `${CLIENT}:${port}`,
    responder: NGINX,
    startUs: START_US + startMs * 1000,
  }).handshake();
  story.originator.send(
    `POST ${target} HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok`,
  );
  story.responder.ack();
  story.wait(20);
  story.responder.send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello');
  story.originator.ack();
  story.responder.fin();
  story.originator.ack();
  story.wait(300);
  story.originator.rst();
  return story;
}

function logLine(n: number, target: string): string {
  const fields = `client: ${CLIENT}, server: shop.test, request: "POST ${target} HTTP/1.1", upstream: "http://10.9.0.1:3000${target}", host: "shop.test"`;
  return `2026/11/22 06:35:12 [info] 17#17: *${n} recv() failed (104: Connection reset by peer) while sending to client, ${fields}\n`;
}

/** In the recommended format. */
function accessLine(connection: number, port: number): string {
  return `${connection} 1 ${CLIENT}:${port} ${NGINX} 1795329312.378 200 355 OK - - 56b17848de31d7f7202952cd3d3eecf0 "GET / HTTP/1.1"\n`;
}

let dir: TempDir;
const paths: Record<string, string> = {};
let pcap: Uint8Array;
const log = `2026/11/22 06:35:11 [notice] 1#1: start worker processes\n${logLine(13, '/weixin/sync')}${logLine(17, '/app/pay')}`;

beforeAll(async () => {
  dir = await makeTempDir('resetscope-test-');
  const stories = [postThenReset(51_000, '/weixin/sync', 10), postThenReset(51_001, '/app/pay', 30)];
  const frames = stories.flatMap((story) => story.frames).toSorted((a, b) => a.tsUs - b.tsUs);
  pcap = writePcap(frames, { linkType: LinkType.ETHERNET });
  const files: Record<string, string | Uint8Array> = {
    'error.log': log,
    'error.log.gz': gzipSync(log),
    'capture.pcap': pcap,
    'capture.pcap.gz': gzipSync(pcap),
    'cut.pcap': pcap.subarray(0, pcap.length - 7),
    'cut.pcap.gz': gzipSync(pcap).subarray(0, -20),
    'access.log': '10.0.0.7 - - [22/Nov/2026:06:35:12 +0000] "GET / HTTP/1.1" 200 1 "-" "-"\n',
    'empty.log': '',
    'first.log': `2026/11/22 06:35:11 [notice] 1#1: start worker processes\n${logLine(13, '/weixin/sync')}`,
    'second.log': `2026/11/22 06:35:11 [notice] 1#1: start worker processes\n${logLine(17, '/app/pay')}`,
    'ports.log':
      Array.from({ length: 30 }, (_, n) => accessLine(100 + n, 40_000 + n)).join('') + accessLine(13, 51_000),
  };
  for (const [name, content] of Object.entries(files)) {
    paths[name] = join(dir.path, name);
    await writeFile(join(dir.path, name), content);
  }
});
afterAll(() => dir.remove());

function analyze(errorLog: string, capture: string, ...more: string[]): ReturnType<typeof resetscope> {
  const flags = ['--error-log', paths[errorLog] ?? errorLog, '--pcap', paths[capture] ?? capture, '--timezone', 'UTC'];
  return resetscope(['analyze', ...flags, ...more]);
}

function expectBothMatched(stdout: string): Analysis {
  const analysis = JSON.parse(stdout) as Analysis;
  const found = analysis.incidents.map(({ line, status, cause, stream, outcome }) => [
    line.lineNumber,
    status,
    cause,
    stream?.originator,
    outcome?.delivered,
  ]);
  expect(found).toEqual([
    [2, 'matched', 'client-rst-after-complete', `${CLIENT}:51000`, 'yes'],
    [3, 'matched', 'client-rst-after-complete', `${CLIENT}:51001`, 'yes'],
  ]);
  return analysis;
}

describe('resetscope analyze', () => {
  test.each([
    ['plain files', 'error.log', 'capture.pcap'],
    ['gzipped files', 'error.log.gz', 'capture.pcap.gz'],
  ])('%s: each line gets its own connection', async (_name, errorLog, capture) => {
    const { code, stdout, stderr } = await analyze(errorLog, capture, '--json');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const analysis = expectBothMatched(stdout);
    expect(analysis.resets).toEqual({ total: 2, handshake: 0, closing: 0, matched: 2, unlogged: 0 });
    expect(analysis.warnings).toEqual([]);
  });

  test('reads the log from standard input', async () => {
    const argv = ['analyze', '--error-log', '-', '--pcap', paths['capture.pcap'] ?? '', '--timezone', 'UTC', '--json'];
    const { stdout } = await resetscope(argv, { input: log });
    expectBothMatched(stdout);
  });

  test('finds a clock that is an hour and more away', async () => {
    const argv = ['--error-log', paths['error.log'] ?? '', '--pcap', paths['capture.pcap'] ?? '', '--json'];
    const { stdout } = await resetscope(['analyze', ...argv, '--timezone', '+08:00']);
    expect(expectBothMatched(stdout).clockOffsetSeconds).toBeCloseTo(8 * 3600, -1);
  });

  test('an access log makes surer, also with what stands far down in it', async () => {
    const confidences = async (...more: string[]): Promise<readonly number[]> => {
      const { stdout } = await analyze('error.log', 'capture.pcap', '--json', ...more);
      return expectBothMatched(stdout).incidents.map(({ confidence }) => confidence);
    };
    const [without, other] = await confidences();
    expect(await confidences('--access-log', paths['ports.log'] ?? '')).toEqual([0.96, other]);
    expect(without).toBeLessThan(0.96);
  });

  test('text says what happened, plainly when nobody looks at a terminal', async () => {
    const { stdout } = await analyze('error.log', 'capture.pcap');
    expect(stdout).toContain('RST [R.]');
    expect(stdout).toContain('2 matched, 0 ambiguous, 0 unmatched');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is the point
    expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/);
  });

  test.each(['cut.pcap', 'cut.pcap.gz'])('%s is analysed up to where it ends, with a warning', async (capture) => {
    const { code, stdout } = await analyze('error.log', capture, '--json');
    const analysis = JSON.parse(stdout) as Analysis;
    expect(code).toBe(0);
    expect(analysis.incidents[0]).toMatchObject({ status: 'matched' });
    expect(analysis.warnings.join()).toMatch(/cut.pcap(.gz)? is cut at byte \d+; analysed up to there/);
  });

  test('an empty log is a warning', async () => {
    const { code, stdout } = await analyze('empty.log', 'capture.pcap', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ incidents: [], warnings: [expect.stringContaining('is empty')] });
  });

  test.each([
    ['/nonexistent', 'capture.pcap', /cannot read error log \/nonexistent: no such file/],
    ['error.log', '/nonexistent', /cannot read capture \/nonexistent: no such file/],
    ['/', 'capture.pcap', /expected error log \/ to be a file, got a directory/],
    ['access.log', 'capture.pcap', /expected an nginx error log at .*, got lines like "10\.0\.0\.7/],
    ['error.log', 'error.log', /expected a pcap or pcapng capture at .*text/],
  ])('%s with %s is one clear line', async (errorLog, capture, line) => {
    const { code, stdout, stderr } = await analyze(errorLog, capture, '--json');
    expect(stderr.trimEnd().split('\n')).toEqual([expect.stringMatching(line)]);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });

  test('--evidence: lines of one number in two logs keep a file each', async () => {
    const folder = join(dir.path, 'evidence-of-two');
    const logs = ['first.log', 'second.log'].flatMap((name) => ['--error-log', paths[name] ?? '']);
    const flags = ['--pcap', paths['capture.pcap'] ?? '', '--timezone', 'UTC', '--evidence', folder];
    expect((await resetscope(['analyze', ...logs, ...flags])).code).toBe(0);
    const cause = 'client-rst-after-complete.pcapng';
    expect((await readdir(folder)).toSorted()).toEqual([`log-1-line-2-${cause}`, `log-2-line-2-${cause}`]);
  });

  testIf(hasProgram('tshark'), 'needs tshark')(
    '--evidence: a capture per incident that tshark reads, with the findings',
    async () => {
      const folder = join(dir.path, 'evidence');
      await mkdir(folder);
      await analyze('error.log', 'capture.pcap', '--evidence', folder);
      const names = await readdir(folder);
      expect(names.toSorted()).toEqual([
        'line-2-client-rst-after-complete.pcapng',
        'line-3-client-rst-after-complete.pcapng',
      ]);
      const fields = ['-T', 'fields', '-e', 'tcp.stream', '-e', 'tcp.flags.reset', '-e', 'frame.comment'];
      const { stdout } = await run('tshark', [
        '-r',
        join(folder, 'line-2-client-rst-after-complete.pcapng'),
        ...fields,
      ]);
      const rows = stdout
        .trimEnd()
        .split('\n')
        .map((row) => row.split('\t'));
      expect(new Set(rows.map(([stream]) => stream))).toEqual(new Set(['0']));
      const [resets] = [rows.filter(([, reset]) => reset === '1' || reset === 'True')];
      expect(resets).toHaveLength(1);
      expect(resets[0]?.[2]).toMatch(/RST\+ACK/);
    },
  );
});
