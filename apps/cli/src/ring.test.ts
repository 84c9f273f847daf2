/** The ring through the command line: a real Redis, and Wireshark's own tools on what comes out. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { BlockBuilder, RingWriter } from '@resetscope/ring';
import { connectRedis } from '@resetscope/telemetry';
import {
  findProgram,
  hasProgram,
  makeTempDir,
  type RedisServer,
  startRedis,
  TcpStory,
  type TempDir,
} from '@resetscope/testkit';
import { describeIf, testIf } from '@resetscope/testkit/jest';
import { type CapturedFrame, FrameWindow, readCapture } from '@resetscope/wire';
import { CLI, resetscope, run } from './testing/run-cli.ts';

/** 2026-11-22 06:35:12 UTC. */
const START_US = 1_795_329_312_000_000;
const SECOND_US = 1_000_000;
const LIMITS = { maxBytes: 16 * 2 ** 20, maxAgeUs: 900 * SECOND_US };

/** A client of each family asks, is answered, and resets; one in three. */
function stories(): readonly TcpStory[] {
  return Array.from({ length: 60 }, (_, i) => {
    const isV6 = i % 5 === 4;
    const originator = isV6 ? `[2001:db8::${(i % 7) + 1}]:${40_000 + i}` : `10.0.${i % 4}.${(i % 7) + 1}:${40_000 + i}`;
    const responder = isV6 ? '[2001:db8::80]:443' : `10.0.9.9:${i % 2 === 0 ? 80 : 8080}`;
    const story = new TcpStory({ originator, responder, startUs: START_US + i * 100_000 }).handshake();
    story.originator.send('POST /pay?token=S3CRET HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 900\r\n\r\n');
    story.originator.send('S3CRET'.repeat(150));
    story.responder.send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello');
    story.originator.ack();
    if (i % 3 === 0) story.originator.rst();
    else story.responder.fin();
    return story;
  });
}

/** What a program prints on standard output; on standard error tcpdump and tshark only tell about themselves. */
function outputOf(program: string, args: readonly string[]): string {
  return execFileSync(findProgram(program)!, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('resetscope ring', () => {
  let dir: TempDir;
  let server: RedisServer;
  let frames: readonly CapturedFrame[];

  beforeAll(async () => {
    dir = await makeTempDir('resetscope-ring-');
    server = await startRedis();
    const redis = await connectRedis(server.url);
    const writer = new RingWriter(redis, 'web-1', LIMITS, START_US);
    frames = stories()
      .flatMap((story) => story.frames)
      .sort((a, b) => a.tsUs - b.tsUs);
    const builder = new BlockBuilder();
    const half = frames.length >> 1;
    // The second block begins a little before the first one ends, as blocks of several drains may.
    const [early, late] = [
      frames.filter((_, i) => i < half - 1 || i === half),
      frames.filter((_, i) => i === half - 1 || i > half),
    ];
    for (const part of [early, late].flatMap((list) => chunks(list, 40))) {
      for (const frame of part) builder.add(FrameWindow.of(frame), frame.tsUs % 200 === 0 ? 2 : 7);
      const block = builder.seal()!;
      const { lastUs } = block;
      const isMiddle = part.includes(frames[half - 1]!);
      const gap = { fromUs: lastUs - 50, toUs: lastUs, lostPackets: 13, reason: 'kernel-drop' } as const;
      await writer.append({ block, newestUs: lastUs, gaps: isMiddle ? [gap] : [] });
    }
    await writer.release();
    const other = new RingWriter(redis, 'web-2', LIMITS, START_US);
    await other.append({ block: null, newestUs: START_US + SECOND_US, gaps: [] });
    redis.disconnect();
  });
  afterAll(async () => {
    await server.stop();
    await dir.remove();
  });

  function chunks<T>(list: readonly T[], length: number): readonly (readonly T[])[] {
    return Array.from({ length: Math.ceil(list.length / length) }, (_, i) => list.slice(i * length, (i + 1) * length));
  }

  const ring = (...argv: readonly string[]) => resetscope(['ring', ...argv], { env: { REDIS_URL: server.url } });

  /** Made once for each list of flags. */
  const made = new Map<string, Promise<string>>();
  function exported(...argv: readonly string[]): Promise<string> {
    const name = argv.join(' ');
    const path = made.get(name) ?? makeExport(made.size, argv);
    made.set(name, path);
    return path;
  }

  async function makeExport(number: number, argv: readonly string[]): Promise<string> {
    const path = join(dir.path, `out-${number}.pcapng`);
    const { code, stderr } = await ring('export', '--node', 'web-1', '--out', path, ...argv);
    expect({ code, stderr: stderr.replace(/^resetscope ring: \d+ gaps.*\n/, '') }).toEqual({ code: 0, stderr: '' });
    return path;
  }

  async function timesOf(path: string): Promise<readonly number[]> {
    const { frames: read, summary } = readCapture(await readFile(path));
    expect(summary.error).toBeNull();
    return read.map(({ tsUs }) => tsUs);
  }

  test('stat tells each ring: reach, memory, packets, gaps, writer', async () => {
    const { code, stdout } = await ring('stat');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^node {5}web-1\nreach {4}2026-11-22T06:35:12\.000000Z to 2026-11-22T06:35:1\S+Z, [\d.]+ s of 900 s\n/,
    );
    expect(stdout).toMatch(/^memory {3}[\d.]+ of 16\.0 MB, \d+ blocks, [\d.]+ to 1, [\d.]+ B a packet$/m);
    expect(stdout).toMatch(new RegExp(`^packets  ${frames.length}, [\\d.]+/s, 20 resets$`, 'm'));
    expect(stdout).toMatch(
      new RegExp(
        `^writer {3}process ${process.pid} on .* since 2026-11-22T06:35:12.000000Z, not heard of lately$`,
        'm',
      ),
    );
    expect(stdout).toMatch(/^gaps {5}1, 13 packets known to be lost\n {9}kernel-drop from .* to .*, 13 packets lost$/m);
    expect(stdout).toMatch(/^node {5}web-2$/m);
  });

  test('stat --json of one node', async () => {
    const { stdout } = await ring('stat', '--node', 'web-1', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      rings: [
        {
          node: 'web-1',
          oldestUs: START_US,
          maxBytes: LIMITS.maxBytes,
          maxAgeSeconds: 900,
          packets: frames.length,
          resets: 20,
          lostPackets: 13,
          gaps: [{ reason: 'kernel-drop', lostPackets: 13 }],
          writer: { pid: process.pid, sinceUs: START_US, isAlive: false },
        },
      ],
    });
  });

  test('export writes every packet in order of time, with its length on the wire, and no secret', async () => {
    const path = await exported();
    expect(await timesOf(path)).toEqual(frames.map(({ tsUs }) => tsUs));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await readFile(path)).includes('S3CRET')).toBe(false);
  });

  const hasTshark = hasProgram('tshark') && hasProgram('capinfos');
  testIf(hasTshark, 'needs tshark and capinfos')(
    'Wireshark reads it without complaint, interfaces and comments too',
    async () => {
      const path = await exported();
      const info = outputOf('capinfos', [path]);
      expect(info).toMatch(/Strict time order:\s+True/);
      expect(info).toMatch(/Number of interfaces in file: 2/);
      expect(info).toMatch(/Name = ifindex 2/);
      expect(info).toMatch(/Capture comment:\s+Packets from the ring of web-1\./);
      expect(info).toMatch(/Payload is trimmed/);
      expect(info).toMatch(/Missing: kernel-drop from/);
      const comments = outputOf('tshark', ['-r', path, '-Y', 'frame.comment', '-T', 'fields', '-e', 'frame.comment']);
      expect(comments).toMatch(/^Packets are missing before this one: kernel-drop from .*, 13 packets lost\n$/);
      const malformed = outputOf('tshark', ['-r', path, '-Y', '_ws.malformed']);
      expect(malformed).toBe('');
    },
  );

  const FILTERS = [
    { filter: 'host 10.0.1.2', display: 'ip.addr == 10.0.1.2' },
    { filter: 'src host 10.0.9.9 and port 80', display: 'ip.src == 10.0.9.9 and tcp.port == 80' },
    { filter: 'tcp[tcpflags] & tcp-rst != 0 and ip', display: 'tcp.flags.reset == 1 and ip' },
    { filter: 'ip6 and dst port 443', display: 'ipv6 and tcp.dstport == 443' },
    { filter: 'net 10.0.2.0/23 or host 2001:db8::3', display: 'ip.addr == 10.0.2.0/23 or ipv6.addr == 2001:db8::3' },
    { filter: 'not (port 8080 or port 443)', display: 'not (tcp.port == 8080 or tcp.port == 443)' },
    { filter: 'dst net 2001:db8::/32', display: 'ipv6.dst == 2001:db8::/32' },
  ] as const;

  testIf(hasTshark, 'needs tshark').each(FILTERS)('tshark finds the same: $filter', async ({ filter, display }) => {
    const args = ['-r', await exported(), '-Y', display, '-T', 'fields', '-e', 'frame.time_epoch'];
    const found = outputOf('tshark', args).trim().split('\n');
    const times = found.map((text) => Math.round(Number(text.replace('.', '').slice(0, 16))));
    expect(times.length).toBeGreaterThan(0);
    expect(await timesOf(await exported('--filter', filter))).toEqual(times);
  });

  testIf(hasProgram('tcpdump'), 'needs tcpdump').each(FILTERS)(
    'tcpdump takes the same words: $filter',
    async ({ filter }) => {
      const args = ['-r', await exported(), '-n', '-tt', filter];
      const lines = outputOf('tcpdump', args);
      const times = lines
        .trim()
        .split('\n')
        .map((line) => Number(line.slice(0, 17).replace('.', '')));
      expect(await timesOf(await exported('--filter', filter))).toEqual(times);
    },
  );

  test('by connection, by flag, by time', async () => {
    const all = frames.map(({ tsUs }) => tsUs);
    const story = stories()[3]!.frames.map(({ tsUs }) => tsUs);
    expect(await timesOf(await exported('--connection', '10.0.9.9:8080-10.0.3.4:40003'))).toEqual(story);
    expect(await timesOf(await exported('--resets-only'))).toEqual(
      await timesOf(await exported('--filter', 'tcp-rst')),
    );
    const [fromUs, toUs] = [START_US + SECOND_US, START_US + 3 * SECOND_US];
    const span = all.filter((tsUs) => tsUs >= fromUs && tsUs < toUs);
    expect(await timesOf(await exported('--from', '1795329313', '--to', '2026-11-22T06:35:15Z'))).toEqual(span);
    const newestUs = all.at(-1)!;
    expect(await timesOf(await exported('--last', '2s'))).toEqual(
      all.filter((tsUs) => tsUs >= newestUs - 2 * SECOND_US),
    );
  });

  test('nothing that fits is a capture without packets', async () => {
    expect(await timesOf(await exported('--filter', 'port 1'))).toEqual([]);
  });

  test('--json says what was written; --out - writes to a pipe and says it on standard error', async () => {
    const path = join(dir.path, 'json.pcapng');
    const { stdout } = await ring('export', '--node', 'web-1', '--out', path, '--json');
    const { size } = await stat(path);
    const [firstUs, lastUs] = [START_US, frames.at(-1)!.tsUs];
    expect(JSON.parse(stdout)).toMatchObject({
      node: 'web-1',
      file: path,
      packets: frames.length,
      firstUs,
      lastUs,
      bytes: size,
      lostPackets: 13,
      forgottenPackets: 0,
    });
    const piped = join(dir.path, 'piped.pcapng');
    const command = `"${process.execPath}" "${CLI}" ring export --node web-1 --redis "${server.url}" --out - > "${piped}"`;
    expect((await run('sh', ['-c', command])).stderr).toMatch(/^resetscope ring: \d+ packets of web-1 from /);
    expect(await readFile(piped)).toEqual(await readFile(path));
  });

  test('a file of that name stays, unless --force; nothing is left of what failed', async () => {
    const path = join(dir.path, 'there.pcapng');
    await writeFile(path, 'mine');
    const refused = await ring('export', '--node', 'web-1', '--out', path);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toBe(
      `resetscope ring: cannot write the packets to ${path}: there is a file of that name; choose another name, or replace it with --force\n`,
    );
    expect(await readFile(path, 'latin1')).toBe('mine');
    expect((await ring('export', '--node', 'web-1', '--out', path, '--force')).code).toBe(0);
    expect(await timesOf(path)).toHaveLength(frames.length);
    expect(existsSync(`${path}.partial`)).toBe(false);
    const nowhere = join(dir.path, 'no', 'x.pcapng');
    expect((await ring('export', '--node', 'web-1', '--out', nowhere)).stderr).toMatch(/no such folder; choose a file/);
    expect((await ring('export', '--node', 'web-1', '--out', dir.path, '--force')).stderr).toMatch(/that is a folder/);
  });

  testIf(existsSync('/dev/full'), 'needs /dev/full')('a full disk is one line and exit code 1', async () => {
    const { code, stderr } = await ring('export', '--node', 'web-1', '--out', '/dev/full');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        'resetscope ring: cannot write the packets to /dev/full: no space left on that disk; choose a file that can be written\n',
    });
  });

  test.each([
    { name: 'no action', argv: [], code: 2, says: 'expected stat or export after ring, got nothing' },
    {
      name: 'a choice of nodes',
      argv: ['export', '--out', '-'],
      code: 2,
      says: 'expected --node to name one of web-1',
    },
    { name: 'no such node', argv: ['stat', '--node', 'web-3'], code: 1, says: 'expected a ring of node "web-3"' },
    {
      name: 'a wrong filter',
      argv: ['export', '--out', '-', '--filter', 'x'],
      code: 2,
      says: 'at position 1, got "x"',
    },
  ])('refuses $name', async ({ argv, code, says }) => {
    const result = await ring(...argv);
    expect(result.code).toBe(code);
    expect(result.stderr).toMatch(/^resetscope ring: .*\n$/);
    expect(result.stderr).toContain(says);
  });

  test('no Redis is one line', async () => {
    const { code, stderr } = await resetscope(['ring', 'stat', '--redis', 'unix:/nonexistent/redis.sock']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^resetscope ring: Redis: expected a server at .*\n$/);
  });
});
