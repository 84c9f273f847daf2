import { describe, expect, test } from '@jest/globals';
import { ClearError } from '@resetscope/telemetry';
import { HELP, resolveOptions } from './options.ts';

describe('resolveOptions', () => {
  test('has defaults', () => {
    expect(resolveOptions([], {})).toEqual({
      redis: { url: 'redis://127.0.0.1:6379' },
      ringRedis: null,
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      listenPorts: [],
      webhook: null,
      concurrency: 256,
      metricsListen: { host: '127.0.0.1', port: 9153 },
    });
  });

  test('takes the environment, and flags before it', () => {
    const env = { REDIS_URL: 'redis://env:1', RESETSCOPE_TIMEZONE: 'Asia/Shanghai' };
    expect(resolveOptions([], env)).toMatchObject({ redis: { url: 'redis://env:1' }, timezone: 'Asia/Shanghai' });
    const flags = [
      '--redis',
      'unix:/r.sock',
      '--ring-redis',
      'redis://ring',
      '--timezone',
      '+08:00',
      '--concurrency',
      '1',
      '--node',
      'web-1',
    ];
    expect(resolveOptions(flags, env)).toMatchObject({
      redis: { url: 'unix:/r.sock' },
      ringRedis: { url: 'redis://ring' },
      timezone: '+08:00',
      concurrency: 1,
    });
  });

  test('ports of nginx, from a flag or the environment', () => {
    expect(resolveOptions(['--listen-ports', '80, 443,'], {}).listenPorts).toEqual([80, 443]);
    expect(resolveOptions([], { RESETSCOPE_LISTEN_PORTS: '8080' }).listenPorts).toEqual([8080]);
  });

  test.each([
    [
      ['--timezone', 'Mars/Olympus'],
      'expected --timezone to be a zone like Europe/Berlin or +08:00, got "Mars/Olympus"',
    ],
    [['--listen-ports', '80,http'], 'expected --listen-ports to be ports like 80,443, got "http"'],
    [['--listen-ports', '0'], 'expected --listen-ports to be ports like 80,443, got "0"'],
    [['--concurrency', '0'], 'expected --concurrency from 1 to 4096, got "0"'],
    [['--concurrency', 'many'], 'expected --concurrency from 1 to 4096, got "many"'],
    [['--concurrency', '1.5'], 'expected --concurrency from 1 to 4096, got "1.5"'],
    [['--concurrency', '5000'], 'expected --concurrency from 1 to 4096, got "5000"'],
    [['--speed', '9'], "Unknown option '--speed'"],
    [['left-over'], "Unexpected argument 'left-over'"],
  ])('%j is refused', (args, message) => {
    expect(() => resolveOptions(args, {})).toThrow(ClearError);
    expect(() => resolveOptions(args, {})).toThrow(message);
  });

  test('the help names every flag', () => {
    for (const flag of [
      '--redis',
      '--redis-ca',
      '--ring-redis',
      '--node',
      '--timezone',
      '--concurrency',
      '--metrics-listen',
      '--help',
    ])
      expect(HELP).toContain(flag);
  });
});
