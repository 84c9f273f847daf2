/** The offline analysis through the command line, on a log and a capture made here. */
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Analysis } from '@resetscope/report';
import { hasProgram, makeTempDir, TcpStory, type TempDir } from '@resetscope/testkit';
import { testIf } from '@resetscope/testkit/jest';
import { LinkType, TcpFlag, writePcap } from '@resetscope/wire';
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

/** Requests that nginx's host cuts at one moment: of open connections, and of some that a bare RST has left half open. */
function cutTogether(): readonly TcpStory[] {
  return Array.from({ length: 16 }, (_, at) => {
    const story = new TcpStory({ originator: `${CLIENT}:${53_000 + at}`, responder: NGINX, startUs: START_US });
    const isHalfOpen = at < 8;
    if (isHalfOpen) {
      story.originator.syn();
      story.lose(story.responder.synAck());
      story.originator.statelessRst();
    } else story.handshake();
    const flags = isHalfOpen ? TcpFlag.PSH : TcpFlag.PSH | TcpFlag.ACK;
    story.originator.send('GET /slow HTTP/1.1\r\nHost: shop.test\r\n\r\n', { flags });
    story.wait(200).responder.rst();
    return story;
  });
}

function capturedPcap(stories: readonly TcpStory[]): Uint8Array {
  const frames = stories.flatMap((story) => story.frames).toSorted((a, b) => a.tsUs - b.tsUs);
  return writePcap(frames, { linkType: LinkType.ETHERNET });
}

function logLine(n: number, target: string): string {
  const fields = `client: ${CLIENT}, server: shop.test, request: "POST ${target} HTTP/1.1", upstream: "http://10.9.0.1:3000${target}", host: "shop.test"`;
  return `2026/11/22 06:35:12 [info] 17#17: *${n} recv() failed (104: Connection reset by peer) while sending to client, ${fields}\n`;
}

/** In the recommended format. */
function accessLine(connection: number, port: number): string {
  return `${connection} 1 ${CLIENT}:${port} ${NGINX} 1795329312.378 200 355 OK - - 56b17848de31d7f7202952cd3d3eecf0 "GET / HTTP/1.1"\n`;
}

/** Connections of many.pcap, ten packets each. */
const MANY = 60;
const manyTargets = Array.from({ length: MANY }, (_, at) => `/order/${at}`);

let dir: TempDir;
const paths: Record<string, string> = {};
let pcap: Uint8Array;
const log = `2026/11/22 06:35:11 [notice] 1#1: start worker processes\n${logLine(13, '/weixin/sync')}${logLine(17, '/app/pay')}`;

beforeAll(async () => {
  dir = await makeTempDir('resetscope-test-');
  await mkdir(join(dir.path, 'tmp'));
  pcap = capturedPcap([postThenReset(51_000, '/weixin/sync', 10), postThenReset(51_001, '/app/pay', 30)]);
  const files: Record<string, string | Uint8Array> = {
    'error.log': log,
    'error.log.gz': gzipSync(log),
    'capture.pcap': pcap,
    'capture.pcap.gz': gzipSync(pcap),
    'cut.pcap': pcap.subarray(0, pcap.length - 7),
    'cut.pcap.gz': gzipSync(pcap).subarray(0, -20),
    'access.log': '10.0.0.7 - - [22/Nov/2026:06:35:12 +0000] "GET / HTTP/1.1" 200 1 "-" "-"\n',
    'empty.log': '',
    'hostile.log': logLine(13, '/\u009b2J\u202e'),
    'first.log': `2026/11/22 06:35:11 [notice] 1#1: start worker processes\n${logLine(13, '/weixin/sync')}`,
    'second.log': `2026/11/22 06:35:11 [notice] 1#1: start worker processes\n${logLine(17, '/app/pay')}`,
    'ports.log':
      Array.from({ length: 30 }, (_, n) => accessLine(100 + n, 40_000 + n)).join('') +
      accessLine(13, 51_003) +
      accessLine(17, 51_002),
    'sooner.pcap': capturedPcap([postThenReset(51_000, '/weixin/sync', 10)]),
    'later.pcap': capturedPcap([postThenReset(51_001, '/app/pay', 30)]),
    'many.log': manyTargets.map((target, at) => logLine(100 + at, target)).join(''),
    'many.pcap': capturedPcap(manyTargets.map((target, at) => postThenReset(52_000 + at, target, at))),
    'cut-together.pcap': capturedPcap(cutTogether()),
    'twins.log': `2026/11/22 06:35:11 [notice] 1#1: start worker processes\n${logLine(13, '/twin')}${logLine(17, '/twin')}`,
    'twins.pcap': capturedPcap([postThenReset(51_002, '/twin', 10), postThenReset(51_003, '/twin', 30)]),
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

  describe('the answer does not depend on the number of threads', () => {
    async function byAnyThreads(errorLog: string, capture: string): Promise<Analysis> {
      const answers = ['1', '2', '3'].map((threads) => analyze(errorLog, capture, '--json', '--threads', threads));
      const texts = (await Promise.all(answers)).map(({ stdout }) => stdout);
      expect(texts).toEqual([texts[0], texts[0], texts[0]]);
      return JSON.parse(texts[0] ?? '') as Analysis;
    }

    test('streams are numbered over all of them', async () => {
      const { incidents, packets } = await byAnyThreads('many.log', 'many.pcap');
      expect(incidents.map(({ stream }) => stream?.index)).toEqual(incidents.map((_, at) => at));
      expect(packets).toEqual({ total: MANY * 10, late: 0 });
    });

    test('connections that are counted and not kept are judged by what all threads have seen', async () => {
      const { resetsWithoutLine } = await byAnyThreads('error.log', 'cut-together.pcap');
      expect(Object.values(resetsWithoutLine).reduce((sum, count) => sum + count, 0)).toBe(8);
    });
  });

  test('a pipe and standard input are read by one thread only', async () => {
    const fifo = join(dir.path, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const refused = async (capture: string): Promise<unknown> => {
      const { code, stderr } = await analyze('error.log', capture, '--threads', '2');
      return [code, stderr];
    };
    expect(await refused('-')).toEqual([2, expect.stringContaining('--threads 1 with standard input: it can be')]);
    expect(await refused(fifo)).toEqual([2, expect.stringContaining(`--threads 1 with ${fifo}: it can be read once`)]);
    const [{ stdout }] = await Promise.all([analyze('error.log', fifo, '--json'), writeFile(fifo, pcap)]);
    expectBothMatched(stdout);
  });

  test('several captures count as one: streams and frames go on', async () => {
    const flags = ['--pcap', paths['later.pcap'] ?? '', '--json'];
    const { stdout } = await analyze('error.log', 'sooner.pcap', ...flags);
    const { incidents } = expectBothMatched(stdout);
    expect(incidents.map(({ stream, reset }) => [stream?.index, reset?.frame])).toEqual([
      [0, 10],
      [1, 20],
    ]);
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

  test('an access log tells apart what nothing else does, also with what stands far down in it', async () => {
    const ports = async (...more: string[]): Promise<readonly (string | undefined)[]> => {
      const { stdout } = await analyze('twins.log', 'twins.pcap', '--json', ...more);
      return (JSON.parse(stdout) as Analysis).incidents.map(({ stream }) => stream?.originator);
    };
    const swapped = await ports('--access-log', paths['ports.log'] ?? '');
    expect(swapped).toEqual([`${CLIENT}:51003`, `${CLIENT}:51002`]);
    expect(await ports()).not.toEqual(swapped);
  });

  test('text says what happened, plainly when nobody looks at a terminal', async () => {
    const { stdout } = await analyze('error.log', 'capture.pcap');
    expect(stdout).toContain('RST [R.]');
    expect(stdout).toContain('2 matched · 0 ambiguous · 0 unmatched');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is the point
    expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/);
  });

  test('--json holds nothing that steers a terminal, and is the same JSON', async () => {
    const { stdout } = await analyze('hostile.log', 'capture.pcap', '--json');
    expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{C}/u);
    expect((JSON.parse(stdout) as Analysis).incidents[0]?.line.raw).toContain('\u009b2J');
  });

  test.each(['cut.pcap', 'cut.pcap.gz'])('%s is analysed up to where it ends, with a warning', async (capture) => {
    const { code, stdout } = await analyze('error.log', capture, '--json');
    const analysis = JSON.parse(stdout) as Analysis;
    expect(code).toBe(0);
    expect(analysis.incidents[0]).toMatchObject({ status: 'matched' });
    expect(analysis.warnings.join()).toMatch(/cut.pcap(.gz)? is cut at byte \d+; analysed up to there/);
  });

  test('--line: that line alone, in full; a line about something else is a usage error', async () => {
    const { stdout } = await analyze('error.log', 'capture.pcap', '--line', '3');
    expect(stdout).toContain('/app/pay');
    expect(stdout).not.toMatch(/weixin|2 matched/);
    const { code, stdout: nothing, stderr } = await analyze('error.log', 'capture.pcap', '--line', '1');
    expect({ code, nothing }).toEqual({ code: 2, nothing: '' });
    expect(stderr).toBe(
      'resetscope analyze: expected --line to be a line about a reset, got 1; the log has them at 2, 3\n',
    );
  });

  test('colour also in a pipe with FORCE_COLOR, and nowhere else', async () => {
    const argv = ['analyze', '--error-log', paths['error.log'] ?? '', '--pcap', paths['capture.pcap'] ?? ''];
    const { stdout } = await resetscope([...argv, '--timezone', 'UTC'], { env: { FORCE_COLOR: '1' } });
    expect(stdout).toContain('\u001b[31m');
  });

  test('--html: one file beside the text', async () => {
    const file = join(dir.path, 'report.html');
    const { code, stdout } = await analyze('error.log', 'capture.pcap', '--html', file);
    expect({ code, isText: stdout.includes('2 matched') }).toEqual({ code: 0, isText: true });
    const page = await readFile(file, 'utf8');
    expect(page).toContain('<h1>2 lines about resets</h1>');
    expect(page.match(/<svg class="rs-ladder rs-wide"/g)).toHaveLength(2);
  });

  test('an empty log is a warning', async () => {
    const { code, stdout } = await analyze('empty.log', 'capture.pcap', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ incidents: [], warnings: [expect.stringContaining('is empty')] });
  });

  test('--evidence: lines of one number in two logs keep a file each', async () => {
    const folder = join(dir.path, 'evidence-of-two');
    const logs = ['first.log', 'second.log'].flatMap((name) => ['--error-log', paths[name] ?? '']);
    const flags = ['--pcap', paths['capture.pcap'] ?? '', '--timezone', 'UTC', '--evidence', folder];
    expect((await resetscope(['analyze', ...logs, ...flags])).code).toBe(0);
    const cause = 'client-rst-after-complete.pcapng';
    expect((await readdir(folder)).toSorted()).toEqual([`log-1-line-2-${cause}`, `log-2-line-2-${cause}`]);
  });

  test.each([
    { name: 'twice into one folder', capture: 'capture.pcap' },
    { name: 'of a gzipped capture', capture: 'capture.pcap.gz' },
    { name: 'of standard input', capture: '-' },
  ])('--evidence $name: the same files', async ({ capture }) => {
    const folder = join(dir.path, 'evidence-again');
    const first = await evidenceOf(folder, 'capture.pcap');
    expect(first).toHaveLength(2);
    expect(await evidenceOf(folder, capture)).toEqual(first);
    expect(await readdir(join(dir.path, 'tmp'))).toEqual([]);
  });

  test('--evidence: what cannot be written is one clear line and leaves nothing', async () => {
    const notFolder = join(dir.path, 'error.log');
    const { code, stdout, stderr } = await analyze('error.log', 'capture.pcap', '--evidence', notFolder);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `resetscope analyze: cannot write evidence to ${notFolder}: there is a file of that name; choose a folder that can be written\n`,
    );
    const folder = join(dir.path, 'evidence-blocked');
    await mkdir(join(folder, 'line-3-client-rst-after-complete.pcapng'), { recursive: true });
    const blocked = await analyze('error.log', 'capture.pcap', '--evidence', folder);
    expect(blocked.stderr).toMatch(/cannot write evidence to .*: that is a folder/);
    expect((await readdir(folder)).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  testIf(hasProgram('tshark'), 'needs tshark')(
    '--evidence: a capture per incident that tshark reads, with the findings at their packets',
    async () => {
      const folder = join(dir.path, 'evidence');
      await analyze('error.log', 'capture.pcap', '--evidence', folder);
      const fields = ['tcp.stream', 'tcp.flags.reset', 'frame.comment', 'tcp.srcport', 'tcp.dstport'];
      const { stdout } = await run('tshark', [
        '-r',
        join(folder, 'line-2-client-rst-after-complete.pcapng'),
        '-T',
        'fields',
        ...fields.flatMap((field) => ['-e', field]),
      ]);
      const rows = stdout
        .trimEnd()
        .split('\n')
        .map((row) => row.split('\t'));
      expect(new Set(rows.map(([stream]) => stream))).toEqual(new Set(['0']));
      expect(rows.every(([, , , source, destination]) => source === '51000' || destination === '51000')).toBe(true);
      const resets = rows.filter(([, reset]) => reset === '1' || reset === 'True');
      expect(resets).toHaveLength(1);
      expect(resets[0]?.[2]).toMatch(/RST\+ACK/);
      expect(rows.filter(([, , comment]) => comment !== '').length).toBeGreaterThan(1);
    },
  );

  /** Name and content of each file written; `-`: the capture comes on standard input. */
  async function evidenceOf(folder: string, capture: string): Promise<readonly (readonly [string, string])[]> {
    const argv = ['--error-log', paths['error.log'] ?? '', '--pcap', paths[capture] ?? capture, '--timezone', 'UTC'];
    const env = { TMPDIR: join(dir.path, 'tmp') };
    const options = capture === '-' ? { input: pcap, env } : { env };
    expect((await resetscope(['analyze', ...argv, '--evidence', folder], options)).stderr).toBe('');
    const names = (await readdir(folder)).toSorted();
    return Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'base64')] as const));
  }
});
