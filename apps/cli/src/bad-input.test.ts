/** The command line as a user meets it: spawned, with its exit code and its one line. */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { canCapture, hasProgram, makeTempDir, type TempDir } from '@resetscope/testkit';
import { testIf } from '@resetscope/testkit/jest';
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
      'resetscope up: error log /nonexistent: expected a file, found none; give the right path with --error-log';
    expectClearLine(await resetscope(['up', '--error-log', '/nonexistent']), 1, line);
  });

  test('an error log that is a directory', async () => {
    const line = `resetscope up: error log ${dir.path}: expected a file, found a directory; name the file in it`;
    expectClearLine(await resetscope(['up', '--error-log', dir.path]), 1, line);
  });

  test('the interface', async () => {
    const line =
      /^resetscope up: interface nope0: no such interface, this host has .*lo.*; give one of these with --interface$/;
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
      /: packet capture: expected CAP_NET_RAW, this process lacks it; run as root, or once: sudo setcap cap_net_raw\+ep /;
    expectClearLine(await run('setpriv', [...drop, 'up', '--error-log', errorLog]), 1, line);
    expectClearLine(await run('setpriv', [...drop, 'demo', '--seconds', '1']), 1, line);
  });

  testIf(process.getuid?.() === 0 && hasProgram('setpriv'), 'needs root and setpriv')('the right to read', async () => {
    await writeFile(join(dir.path, 'secret.log'), 'x', { mode: 0o000 });
    // Root as the kernel's permission checks see everybody else: the checkout may be in a home that only root can enter.
    const bound = ['--bounding-set', '-dac_override,-dac_read_search', '--inh-caps', '-dac_override,-dac_read_search'];
    const line = /not readable|expected a file/;
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

describe('doctor', () => {
  test('tells each thing with its fix and fails when one fails', async () => {
    const { code, stdout, stderr } = await resetscope(['doctor', '--error-log', '/nonexistent', '--interface', 'lo']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toContain('fail  error log /nonexistent: expected a file, found none -> give the right path');
    expect(stdout).toContain('ok    interface lo: exists');
  });

  test('--json', async () => {
    const { stdout } = await resetscope(['doctor', '--error-log', errorLog, '--json']);
    const { findings } = JSON.parse(stdout) as { findings: { subject: string; status: string }[] };
    expect(findings).toContainEqual(expect.objectContaining({ subject: 'interface any', status: 'ok' }));
    expect(findings).toContainEqual(expect.objectContaining({ subject: `level of ${errorLog}`, status: 'ok' }));
  });
});
