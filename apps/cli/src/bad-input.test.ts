/** The command line as a user meets it: spawned, with its exit code and its one line. */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { canCapture, hasProgram, makeTempDir, type TempDir } from '@resetscope/testkit';
import { testIf } from '@resetscope/testkit/jest';
import { runAnalyze } from './analyze.ts';
import { CLI, type Finished, resetscope, run } from './testing/run-cli.ts';

let dir: TempDir;
let errorLog: string;

beforeAll(async () => {
  dir = await makeTempDir('resetscope-test-');
  errorLog = join(dir.path, 'error.log');
  await writeFile(errorLog, '2026/01/01 00:00:00 [info] 1#1: x\n');
});
afterAll(() => dir.remove());

/** One line on stderr besides warnings and the apps' logs, nothing on stdout, no stack. */
function expectClearLine({ code, stdout, stderr }: Finished, exitCode: number, line: string | RegExp): void {
  expect(
    stderr
      .trimEnd()
      .split('\n')
      .filter((text) => !/^(?:warn |\{)/.test(text)),
  ).toEqual([typeof line === 'string' ? line : expect.stringMatching(line)]);
  expect(stdout).toBe('');
  expect(code).toBe(exitCode);
}

describe('usage', () => {
  test.each([
    {
      argv: ['frobnicate'],
      line: /^resetscope: expected a command, one of analyze, .*, got "frobnicate"; see resetscope --help$/,
    },
    { argv: ['--frobnicate'], line: /^resetscope: expected a command, .*, got "--frobnicate"; see/ },
    { argv: ['toString'], line: /^resetscope: expected a command, .*, got "toString"/ },
    {
      argv: ['up', '--frobnicate'],
      line: /^resetscope up: unknown flag "--frobnicate", expected one of --error-log .*; see resetscope up --help$/,
    },
    { argv: ['up', 'eth0'], line: 'resetscope up: unexpected argument "eth0"; see resetscope up --help' },
    {
      argv: ['up', '--interface'],
      line: 'resetscope up: expected a value after --interface, got none; see resetscope up --help',
    },
    { argv: ['up', '--listen', 'here'], line: 'resetscope up: expected an address like 127.0.0.1:9150, got "here"' },
    { argv: ['up', '--ports', 'http'], line: 'resetscope up: expected --ports to be ports like 80,443, got "http"' },
    {
      argv: ['up', '--timezone', 'Mars'],
      line: 'resetscope up: expected --timezone to be a time zone like Europe/Berlin or UTC, got "Mars"',
    },
    {
      argv: ['demo', '--seconds', 'ten'],
      line: 'resetscope demo: expected --seconds to be a whole number from 1 to 86400, got "ten"',
    },
    { argv: ['doctor', '--seconds', '10'], line: /^resetscope doctor: unknown flag "--seconds"/ },
  ])('$argv', async ({ argv, line }) => {
    expectClearLine(await resetscope(argv), 2, line);
  });

  test('no command at all prints the help and is an error', async () => {
    const { code, stderr } = await resetscope([]);
    expect(code).toBe(2);
    expect(stderr).toContain('usage: resetscope COMMAND');
  });

  test.each([['--help'], ['help'], ['up', '--help'], ['doctor', '-h'], ['help', 'demo']])(
    '%s %s prints help',
    async (...argv) => {
      const { code, stdout, stderr } = await resetscope(argv);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('usage: resetscope');
    },
  );

  testIf(hasProgram('sh'), 'needs a shell')('standard output that is full', async () => {
    const { code, stderr } = await run('sh', ['-c', `"${process.execPath}" "${CLI}" --help > /dev/full`]);
    expect(stderr).toBe(
      'resetscope: cannot write standard output: no space left on that disk; write to a place with room\n',
    );
    expect(code).toBe(1);
  });

  test('--version', async () => {
    expect(await resetscope(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

describe('what is not there', () => {
  test('the error log', async () => {
    const line =
      'resetscope up: error log /nonexistent: expected a file, got nothing there; compare with error_log in nginx.conf';
    expectClearLine(await resetscope(['up', '--error-log', '/nonexistent']), 1, line);
  });

  test('an error log that is a directory', async () => {
    const line = `resetscope up: error log ${dir.path}: expected a file, got a folder; name the file in it, or a pattern like FOLDER/*.log`;
    expectClearLine(await resetscope(['up', '--error-log', dir.path]), 1, line);
  });

  test('the interface', async () => {
    const line =
      /^resetscope up: interface nope0: no such interface, this host has .*lo.*; take one of these with --interface; .*/;
    expectClearLine(await resetscope(['up', '--error-log', errorLog, '--interface', 'nope0']), 1, line);
  });

  testIf(canCapture(), 'needs CAP_NET_RAW')('Redis', async () => {
    const line =
      'resetscope up: Redis redis://me:***@127.0.0.1:1: expected a server there, got: connect ECONNREFUSED 127.0.0.1:1; start it or set REDIS_URL';
    const env = { REDIS_URL: 'redis://me:secret@127.0.0.1:1' };
    expectClearLine(await resetscope(['up', '--error-log', errorLog], { env }), 1, line);
  });

  testIf(canCapture() && hasProgram('setpriv'), 'needs CAP_NET_RAW and setpriv')('the right to capture', async () => {
    const drop = ['--bounding-set', '-net_raw', '--inh-caps', '-net_raw', process.execPath, CLI];
    const line =
      /: packet capture: expected CAP_NET_RAW, this process lacks it although it is root; it was taken away from outside/;
    expectClearLine(await run('setpriv', [...drop, 'up', '--error-log', errorLog]), 1, line);
    expectClearLine(await run('setpriv', [...drop, 'demo', '--seconds', '1']), 1, line);
  });

  testIf(process.getuid?.() === 0 && hasProgram('setpriv'), 'needs root and setpriv')('the right to read', async () => {
    await writeFile(join(dir.path, 'secret.log'), 'x', { mode: 0o000 });
    // Root as the kernel's permission checks see everybody else: the checkout may be in a home that only root can enter.
    const bound = ['--bounding-set', '-dac_override,-dac_read_search', '--inh-caps', '-dac_override,-dac_read_search'];
    const line = /expected a file, got no\s+permission to read it/;
    const finished = await run('setpriv', [
      ...bound,
      process.execPath,
      CLI,
      'doctor',
      '--error-log',
      join(dir.path, 'secret.log'),
    ]);
    expect(finished.code).toBe(1);
    expect(finished.stdout).toMatch(line);
  });

  testIf(canCapture() && hasProgram('redis-server'), 'needs CAP_NET_RAW and redis-server')('a free port', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const argv = [
      'up',
      '--error-log',
      errorLog,
      '--interface',
      'lo',
      '--data-dir',
      dir.path,
      '--listen',
      `127.0.0.1:${port}`,
    ];
    const line = new RegExp(`^resetscope up: web: .*127\\.0\\.0\\.1:${port} is in use`);
    const finished = await resetscope(argv);
    await new Promise((resolve) => taken.close(resolve));
    expectClearLine(finished, 1, line);
  });
});

describe('files of analyze that are something else', () => {
  const log = '2026/01/01 00:00:00 [info] 1#1: x\n';
  const access = '10.0.0.7 - - [22/Nov/2026:06:35:12 +0000] "GET / HTTP/1.1" 200 1 "-" "-"\n';
  /** A pcap file header and the first 3 bytes of a record. */
  const cutPcap = Buffer.concat([
    Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex'),
    Buffer.from([1, 2, 3]),
  ]);
  const files: Readonly<Record<string, string | Uint8Array>> = {
    'good.log': log,
    'access.log': access,
    empty: '',
    binary: Uint8Array.of(0, 1, 2, 3, 0xfe, 0xff),
    'cut.pcap': cutPcap,
    'empty.gz': gzipSync(''),
    'log.gz': gzipSync(log),
    'capture.zip': Buffer.from('PK\u0003\u0004rest'),
    'head.gz': gzipSync(cutPcap).subarray(0, 12),
    'damaged.gz': Buffer.concat([gzipSync(log).subarray(0, 10), Buffer.alloc(40, 0xff)]),
  };
  const at = (name: string): string => (name.startsWith('/') || name === '' ? name : join(dir.path, name));

  beforeAll(async () => {
    for (const [name, content] of Object.entries(files)) await writeFile(at(name), content);
  });

  test.each([
    { log: '/nonexistent', pcap: 'cut.pcap', line: /cannot read error log \/nonexistent: no such file; check/ },
    { log: 'good.log', pcap: '/nonexistent', line: /cannot read capture \/nonexistent: no such file; check/ },
    { log: '/', pcap: 'cut.pcap', line: /expected error log \/ to be a file, got a directory; name the file in it$/ },
    { log: 'good.log', pcap: '/', line: /expected capture \/ to be a file, got a directory; name the file in it$/ },
    { log: 'access.log', pcap: 'cut.pcap', line: /expected an nginx error log at .*, got lines like "10\.0\.0\.7/ },
    { log: 'binary', pcap: 'cut.pcap', line: /expected an nginx error log at .*binary, got lines like "/ },
    {
      log: 'damaged.gz',
      pcap: 'cut.pcap',
      line: /cannot read error log .*damaged\.gz: its gzip data is damaged; check/,
    },
    { log: 'good.log', pcap: 'damaged.gz', line: /cannot read capture .*damaged\.gz: its gzip data is damaged; check/ },
    { log: 'good.log', pcap: 'empty', line: /expected a pcap or pcapng capture at .*, got an empty file; name the/ },
    { log: 'good.log', pcap: 'empty.gz', line: /expected a pcap or pcapng capture at .*, got an empty file; name the/ },
    { log: 'good.log', pcap: 'head.gz', line: /expected a pcap or pcapng capture at .*, got / },
    {
      log: 'good.log',
      pcap: 'good.log',
      line: /at .*, got text data: .*; name the capture; a log goes to --error-log$/,
    },
    { log: 'good.log', pcap: 'log.gz', line: /at .*, got text data: .*; name the capture; a log goes to --error-log$/ },
    { log: 'good.log', pcap: 'binary', line: /at .*, got unknown data: 00 01 02 03 fe ff; name the capture$/ },
    { log: 'good.log', pcap: 'capture.zip', line: /at .*, got zip data: .*; unpack it first$/ },
    { log: 'good.log', pcap: '/dev/null', line: /at \/dev\/null, got an empty file; name the capture$/ },
  ])('$log with $pcap', async ({ log: errorLog, pcap, line }) => {
    await expect(runAnalyze(['--error-log', at(errorLog), '--pcap', at(pcap)])).rejects.toThrow(line);
  });

  test('an access log that is none', async () => {
    const argv = ['analyze', '--error-log', at('good.log'), '--pcap', at('cut.pcap'), '--access-log', at('good.log')];
    expectClearLine(await resetscope(argv), 1, /expected an nginx access log at .*good\.log/);
  });

  test('a capture cut in its first record is analysed, with a warning', async () => {
    const argv = ['analyze', '--error-log', at('good.log'), '--pcap', at('cut.pcap')];
    const { code, stdout } = await resetscope(argv);
    expect({ code, warns: stdout.includes('cut.pcap is cut at byte 24; analysed up to there') }).toEqual({
      code: 0,
      warns: true,
    });
  });

  testIf(process.getuid?.() === 0 && hasProgram('setpriv'), 'needs root and setpriv')('the right to read', async () => {
    await writeFile(at('mine.log'), log, { mode: 0o000 });
    const bound = ['--bounding-set', '-dac_override,-dac_read_search', '--inh-caps', '-dac_override,-dac_read_search'];
    const argv = ['analyze', '--error-log', at('mine.log'), '--pcap', at('cut.pcap')];
    const finished = await run('setpriv', [...bound, process.execPath, CLI, ...argv]);
    expectClearLine(finished, 1, /cannot read error log .*mine\.log: permission denied; check the path/);
  });
});

describe('doctor', () => {
  test('tells each thing with its fix and fails when one fails', async () => {
    const { code, stdout, stderr } = await resetscope(['doctor', '--error-log', '/nonexistent', '--interface', 'lo']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toContain('fail  error log /nonexistent: expected a file, got nothing there\n');
    expect(stdout).toContain('      -> compare with error_log in nginx.conf\n');
    expect(stdout).toContain('ok    interface lo: exists');
  });

  test('--json', async () => {
    const { stdout } = await resetscope(['doctor', '--error-log', errorLog, '--json']);
    const { findings } = JSON.parse(stdout) as { findings: { subject: string; status: string }[] };
    expect(findings).toContainEqual(expect.objectContaining({ subject: 'interface any', status: 'ok' }));
    expect(findings).toContainEqual(expect.objectContaining({ subject: `level of ${errorLog}`, status: 'ok' }));
  });
});
