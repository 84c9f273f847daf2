/** The connections of a capture through the command line, on captures made here. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makeTempDir, TcpStory, type TempDir } from '@resetscope/testkit';
import { LinkType, writePcap } from '@resetscope/wire';
import type { FlowRow } from './flows/flow-row.ts';
import { resetscope } from './testing/run-cli.ts';

const NGINX = '10.0.0.1:80';
/** 2026-11-22 06:35:12 UTC. */
const START_US = 1_795_329_312_000_000;

function story(port: number, startMs: number): TcpStory {
  const originator = `10.0.0.7:${port}`;
  return new TcpStory({ originator, responder: NGINX, startUs: START_US + startMs * 1000 }).handshake();
}

/** Open from the first packet of the capture to its end. */
function longLived(): TcpStory {
  const told = story(51_000, 0).wait(90_000);
  told.originator.send('GET /\u001b[2J HTTP/1.1\r\nHost: shop.test\r\n\r\n');
  return told;
}

/** Answered in full; nginx closes, the client resets. */
function answeredThenReset(port: number, startMs: number): TcpStory {
  const told = story(port, startMs);
  told.originator.send('POST /pay HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok');
  told.responder.send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello');
  told.responder.fin();
  told.originator.ack();
  told.originator.rst();
  return told;
}

/** Connects and resets. */
function probe(port: number, startMs: number): TcpStory {
  const told = story(port, startMs);
  told.originator.rst();
  return told;
}

let dir: TempDir;
let pcap: Uint8Array;
const paths: Record<string, string> = {};

beforeAll(async () => {
  dir = await makeTempDir('resetscope-test-');
  const stories = [longLived(), answeredThenReset(51_001, 10), probe(51_002, 20)];
  const frames = stories.flatMap(({ frames }) => frames).toSorted((a, b) => a.tsUs - b.tsUs);
  pcap = writePcap(frames, { linkType: LinkType.ETHERNET });
  const files = {
    'three.pcap': pcap,
    'three.pcap.gz': gzipSync(pcap),
    'cut.pcap': pcap.subarray(0, pcap.length - 7),
    'none.pcap': writePcap([], { linkType: LinkType.ETHERNET }),
    'error.log': '2026/11/22 06:35:11 [notice] 1#1: start worker processes\n',
  };
  for (const [name, content] of Object.entries(files)) {
    paths[name] = join(dir.path, name);
    await writeFile(join(dir.path, name), content);
  }
});
afterAll(() => dir.remove());

function flows(file: string, ...more: string[]): ReturnType<typeof resetscope> {
  return resetscope(['flows', '--pcap', paths[file] ?? file, ...more]);
}

async function rowsOf(file: string, ...more: string[]): Promise<readonly FlowRow[]> {
  return JSON.parse((await flows(file, '--json', ...more)).stdout);
}

describe('resetscope flows', () => {
  test.each(['three.pcap', 'three.pcap.gz'])(
    '%s: a row per connection, in the order of their streams',
    async (file) => {
      const { code, stdout, stderr } = await flows(file, '--json');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const rows = JSON.parse(stdout) as readonly FlowRow[];
      expect(rows.map((r) => [r.index, r.originator, r.responder, r.conn_state, r.history, r.teardown])).toEqual([
        [0, '10.0.0.7:51000', NGINX, 'S1', 'ShAD', 'open'],
        [1, '10.0.0.7:51001', NGINX, 'RSTO', 'ShADdfR', 'fin-then-rst-other-side'],
        [2, '10.0.0.7:51002', NGINX, 'RSTO', 'ShAR', 'rst-only-active'],
      ]);
    },
  );

  test('a row says who closed first, the first reset, the request and its answer', async () => {
    const row = (await rowsOf('three.pcap'))[1];
    expect(row).toMatchObject({
      start: '2026-11-22T06:35:12.010000Z',
      protocol: 'http1',
      packets: { originator: 5, responder: 3 },
      payloadBytes: { originator: 79, responder: 62 },
      closedFirst: 'responder',
      resets: 1,
      firstReset: { by: 'originator', phase: 'lingering', flags: 'R.', relativeSeq: 80, relativeAck: 64 },
      requests: [{ method: 'POST', target: '/pay', host: 'shop.test', status: 200 }],
      requestCount: 1,
      sni: null,
      community_id: expect.stringMatching(/^1:[\w+/]{27}=$/),
    });
    expect((await rowsOf('three.pcap'))[2]?.firstReset).toMatchObject({ phase: 'handshake' });
  });

  test.each([
    { flags: ['--reset'], expected: [1, 2] },
    { flags: ['--port', '51002,1'], expected: [2] },
    { flags: ['--host', '10.0.0.1'], expected: [0, 1, 2] },
    { flags: ['--host', '10.0.0.2'], expected: [] },
    { flags: ['--reset', '--port', '51000'], expected: [] },
  ])('$flags', async ({ flags, expected }) => {
    expect((await rowsOf('three.pcap', ...flags)).map(({ index }) => index)).toEqual(expected);
  });

  test('reads standard input', async () => {
    const { stdout } = await resetscope(['flows', '--pcap', '-', '--json'], { input: pcap });
    expect(JSON.parse(stdout)).toHaveLength(3);
  });

  test.each([[[]], [['--json']]])('no byte of a request steers a terminal: %j', async (flags) => {
    const { stdout } = await flows('three.pcap', ...flags);
    expect(stdout).toContain('[2J');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is the point
    expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  });

  test('each row is a line, as a table and as JSON', async () => {
    const [text, json] = [await flows('three.pcap'), await flows('three.pcap', '--json')];
    expect(text.stdout.trimEnd().split('\n')).toHaveLength(4);
    expect(json.stdout.trimEnd().split('\n')).toHaveLength(5);
  });

  test('a capture without connections is an empty array', async () => {
    expect(await flows('none.pcap', '--json')).toEqual({ code: 0, stdout: '[]\n', stderr: '' });
    expect(await flows('none.pcap')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('a cut capture is read up to where it ends, with a warning', async () => {
    const { code, stdout, stderr } = await flows('cut.pcap', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toHaveLength(3);
    expect(stderr).toMatch(/^resetscope flows: \S+cut\.pcap is cut at byte \d+; analysed up to there\n$/);
  });

  test.each([
    { argv: ['--pcap', '/nonexistent'], code: 1, line: /cannot read capture \/nonexistent: no such file/ },
    { argv: ['--pcap', 'error.log'], code: 1, line: /expected a pcap or pcapng capture at .*text/ },
    { argv: [], code: 2, line: /expected --pcap FILE, got none; see resetscope flows --help/ },
    { argv: ['--pcap', 'three.pcap', '--port', 'http'], code: 2, line: /expected --port to be ports like 80,443/ },
    { argv: ['--pcap', 'three.pcap', '--host', 'nginx'], code: 2, line: /expected --host to be an IPv4 or IPv6/ },
    { argv: ['three.pcap'], code: 2, line: /unexpected argument/ },
  ])('$argv is one clear line', async ({ argv, code, line }) => {
    const finished = await resetscope(['flows', ...argv.map((arg) => paths[arg] ?? arg)]);
    expect(finished.stderr.trimEnd().split('\n')).toEqual([expect.stringMatching(line)]);
    expect({ code: finished.code, stdout: finished.stdout }).toEqual({ code, stdout: '' });
  });
});
