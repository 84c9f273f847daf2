import { describe, expect, test } from '@jest/globals';
import { ClearError } from '@resetscope/telemetry';
import { HELP, resolveOptions, type Surroundings } from './options.ts';

const nothing: Surroundings = { env: {}, hostname: 'web-1' };

describe('resolveOptions', () => {
  test('has a default for everything but the log', () => {
    expect(resolveOptions(['--error-log', '/var/log/nginx/error.log'], nothing)).toEqual({
      errorLogs: ['/var/log/nginx/error.log'],
      checkpointDir: '/var/lib/resetscope/checkpoint',
      redisUrl: 'redis://127.0.0.1:6379',
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
    };
    expect(resolveOptions([], { env, hostname: 'h' })).toMatchObject({
      errorLogs: ['/a.log', '/b.log'],
      checkpointDir: '/state',
      redisUrl: 'unix:/run/redis.sock',
      node: 'from-env',
    });
    const flags = ['--error-log', '/c.log', '--checkpoint-dir', '/d', '--redis', 'redis://r', '--node', 'n', '--wait'];
    const rest = ['--from', 'beginning', '--metrics-listen', '[::1]:0'];
    expect(resolveOptions([...flags, ...rest], { env, hostname: 'h' })).toEqual({
      errorLogs: ['/c.log'],
      checkpointDir: '/d',
      redisUrl: 'redis://r',
      node: 'n',
      from: 'beginning',
      waitForLogs: true,
      metricsListen: { host: '::1', port: 0 },
    });
  });

  test('follows a log that is named twice once', () => {
    const flags = ['--error-log', '/log/../log/e.log', '--error-log', '/log/e.log', '--error-log', '/log/f.log'];
    expect(resolveOptions(flags, nothing).errorLogs).toEqual(['/log/e.log', '/log/f.log']);
  });

  test.each([
    { name: 'no log', args: [], message: /expected --error-log FILE or RESETSCOPE_ERROR_LOG.*tailer --help/ },
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
    for (const flag of ['error-log', 'checkpoint-dir', 'redis', 'node', 'from', 'wait', 'metrics-listen', 'help']) {
      expect(HELP).toContain(`--${flag}`);
    }
  });
});
