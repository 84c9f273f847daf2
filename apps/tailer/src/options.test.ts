import { describe, expect, test } from '@jest/globals';
import { FAMILY_KINDS } from '@resetscope/nginx-log';
import { ClearError } from '@resetscope/telemetry';
import { HELP, resolveOptions, type Surroundings } from './options.ts';

const nothing: Surroundings = { env: {}, hostname: 'web-1' };

describe('resolveOptions', () => {
  test('has a default for everything but the log', () => {
    expect(resolveOptions(['--error-log', '/var/log/nginx/error.log'], nothing)).toEqual({
      errorLogs: [{ path: '/var/log/nginx/error.log', timezone: undefined }],
      syslog: [],
      accessLogs: [],
      accessLogFormat: null,
      format: 'auto',
      kinds: new Set(FAMILY_KINDS),
      maxLogs: 128,
      stormLinesPerSecond: Number.POSITIVE_INFINITY,
      checkpointDir: '/var/lib/resetscope/checkpoint',
      redis: { url: 'redis://127.0.0.1:6379' },
      node: 'web-1',
      from: 'end',
      waitForLogs: false,
      metricsListen: { host: '127.0.0.1', port: 9151 },
    });
  });

  test('takes the environment, and flags before it', () => {
    const env = {
      RESETSCOPE_ERROR_LOG: '/a.log, /b.log,',
      RESETSCOPE_CHECKPOINT_DIR: '/state',
      REDIS_URL: 'unix:/run/redis.sock',
      RESETSCOPE_NODE: 'from-env',
      RESETSCOPE_KINDS: 'reset-send',
    };
    expect(resolveOptions([], { env, hostname: 'h' })).toMatchObject({
      errorLogs: [{ path: '/a.log' }, { path: '/b.log' }],
      checkpointDir: '/state',
      redis: { url: 'unix:/run/redis.sock' },
      node: 'from-env',
      kinds: new Set(['reset-send']),
    });
    const flags = ['--error-log', '/c.log', '--checkpoint-dir', '/d', '--redis', 'redis://r', '--node', 'n', '--wait'];
    const rest = [
      '--from',
      'beginning',
      '--metrics-listen',
      '[::1]:0',
      '--syslog',
      '5514=UTC',
      '--format',
      'container',
    ];
    const kinds = ['--kinds', 'reset-recv, client-aborted', '--kinds', 'client-timed-out'];
    const limits = [...kinds, '--max-logs', '9', '--storm-lines-per-second', '100'];
    const access = ['--access-log', '/access.log', '--log-format', '$connection $status'];
    const options = resolveOptions([...flags, ...rest, ...limits, ...access], { env, hostname: 'h' });
    expect(options).toEqual({
      accessLogs: [{ path: '/access.log', timezone: undefined }],
      accessLogFormat: expect.objectContaining({ source: '$connection $status' }),
      errorLogs: [{ path: '/c.log', timezone: undefined }],
      syslog: [{ address: { kind: 'udp', listen: { host: '127.0.0.1', port: 5514 } }, timezone: 'UTC' }],
      format: 'container',
      kinds: new Set(['reset-recv', 'client-aborted', 'client-timed-out']),
      maxLogs: 9,
      stormLinesPerSecond: 100,
      checkpointDir: '/d',
      redis: { url: 'redis://r' },
      node: 'n',
      from: 'beginning',
      waitForLogs: true,
      metricsListen: { host: '::1', port: 0 },
    });
  });

  test('follows a log that is named twice once', () => {
    const flags = ['--error-log', '/log/../log/e.log', '--error-log', '/log/e.log=UTC', '--error-log', '/log/f.log'];
    expect(resolveOptions(flags, nothing).errorLogs).toEqual([
      { path: '/log/e.log', timezone: 'UTC' },
      { path: '/log/f.log', timezone: undefined },
    ]);
  });

  test.each([
    {
      name: 'no log',
      args: [],
      message: /expected --error-log FILE or RESETSCOPE_ERROR_LOG, or --syslog, got none.*tailer --help/,
    },
    {
      name: 'a kind that is none',
      args: ['--error-log', 'x', '--kinds', 'reset-recv,resets'],
      message: /--kinds: expected some of reset-recv, .*, got "resets"/,
    },
    { name: 'an unknown flag', args: ['--eror-log', 'x'], message: /--eror-log.*tailer --help/ },
    {
      name: 'a flag without its value',
      args: ['--error-log'],
      message: /--error-log.*argument missing.*tailer --help/,
    },
    { name: 'a positional', args: ['error.log'], message: /error\.log.*tailer --help/ },
    {
      name: 'an odd start',
      args: ['--error-log', 'x', '--from', 'middle'],
      message: /--from: expected beginning or end, got "middle"/,
    },
    {
      name: 'an odd time zone',
      args: ['--error-log', 'x.log=Asia/Shangai'],
      message: /expected a time zone like .* got "Asia\/Shangai"/,
    },
    {
      name: 'an odd format',
      args: ['--error-log', 'x', '--format', 'json'],
      message: /--format to be auto, nginx or container, got "json"/,
    },
    {
      name: 'an access-log format without a variable',
      args: ['--error-log', 'x', '--log-format', 'combined'],
      message: /--log-format: expected an nginx log_format such as .*, got "combined"/,
    },
    {
      name: 'no logs at all allowed',
      args: ['--error-log', 'x', '--max-logs', '0'],
      message: /--max-logs: expected a whole number from 1 to 10000, got "0"/,
    },
    {
      name: 'more logs than allowed',
      args: ['--error-log', 'x', '--error-log', 'y', '--max-logs', '1'],
      message: /expected at most 1 logs \(--max-logs\), got 2/,
    },
    {
      name: 'half a line',
      args: ['--error-log', 'x', '--storm-lines-per-second', '0.5'],
      message: /--storm-lines-per-second: expected a whole number from 1 to 1000000, got "0.5"/,
    },
    {
      name: 'three sockets',
      args: ['--syslog', '1', '--syslog', '2', '--syslog', '3'],
      message: /expected --syslog at most 2 times, got 3/,
    },
    { name: 'a node without a name', args: ['--error-log', 'x', '--node', ''], message: /--node: expected a name/ },
    {
      name: 'an odd address',
      args: ['--error-log', 'x', '--metrics-listen', 'here'],
      message: /expected an address.*"here"/,
    },
  ])('refuses $name in one line', ({ args, message }) => {
    const attempt = (): unknown => resolveOptions(args, nothing);
    expect(attempt).toThrow(ClearError);
    expect(attempt).toThrow(expect.objectContaining({ code: 'RS_USAGE', exitCode: 2 }));
    expect(attempt).toThrow(message);
  });

  test('every flag is in the help', () => {
    const plain = ['error-log', 'checkpoint-dir', 'redis', 'node', 'from', 'wait', 'metrics-listen', 'help'];
    const more = ['syslog', 'access-log', 'log-format', 'format', 'max-logs', 'storm-lines-per-second'];
    for (const flag of [...plain, ...more]) expect(HELP).toContain(`  --${flag}`);
  });
});
