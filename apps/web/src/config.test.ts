import { describe, expect, test } from '@jest/globals';
import { ClearError } from '@resetscope/telemetry';
import { HELP, readConfig } from './config.ts';

describe('readConfig', () => {
  test.each([
    {
      name: 'defaults are loopback',
      args: [],
      env: {},
      config: { redis: { url: 'redis://127.0.0.1:6379' }, listen: { host: '127.0.0.1', port: 9150 } },
    },
    {
      name: 'environment',
      args: [],
      env: { REDIS_URL: 'unix:/run/redis.sock', RESETSCOPE_LISTEN: ':8080' },
      config: { redis: { url: 'unix:/run/redis.sock' }, listen: { host: '127.0.0.1', port: 8080 } },
    },
    {
      name: 'flags win',
      args: [
        '--redis',
        'redis://r:1',
        '--listen=127.0.0.2:0',
        '--users-file',
        '/users',
        '--page-url',
        'https://a.example/',
      ],
      env: { REDIS_URL: 'x', RESETSCOPE_LISTEN: '1', RESETSCOPE_USERS_FILE: 'y', RESETSCOPE_PAGE_URL: 'z' },
      config: {
        redis: { url: 'redis://r:1' },
        listen: { host: '127.0.0.2', port: 0 },
        users: { kind: 'file', path: '/users' },
        pageUrl: 'https://a.example',
      },
    },
    {
      name: 'users from the environment, proxies, names and rate',
      args: ['--trust-proxy', '10.0.0.0/8, ::1', '--allow-host', 'a', '--allow-host', 'b', '--rate-limit', '0'],
      env: { RESETSCOPE_USERS: 'alice:viewer:x', RESETSCOPE_LISTEN: '0.0.0.0:80' },
      config: {
        redis: { url: 'redis://127.0.0.1:6379' },
        listen: { host: '0.0.0.0', port: 80 },
        users: { kind: 'text', text: 'alice:viewer:x' },
        allowedHosts: ['a', 'b'],
        trustedProxies: ['10.0.0.0/8', '::1'],
        requestsPerSecond: 0,
      },
    },
    {
      name: 'open to others when that is said',
      args: ['--listen=0.0.0.0:0', '--insecure-no-sign-in'],
      env: {},
      config: { redis: { url: 'redis://127.0.0.1:6379' }, listen: { host: '0.0.0.0', port: 0 } },
    },
  ])('$name', ({ args, env, config }) => {
    expect(readConfig(args, env)).toEqual(config);
  });

  test.each(['0.0.0.0:9150', '[::]:9150', '192.168.1.1:80', 'host.example:80'])(
    '%s is not served without users',
    (listen) => {
      expect(() => readConfig(['--listen', listen], {})).toThrow(`--listen ${listen}: expected --users-file`);
      expect(() => readConfig(['--listen', listen, '--users-file', 'u'], {})).not.toThrow();
    },
  );

  test.each([
    [['--port', '1']],
    [['extra']],
    [['--listen', 'nowhere']],
    [['--redis']],
    [['--page-url', 'page.example']],
    [['--page-url', 'https://page.example/resets']],
    [['--page-url', 'ftp://page.example']],
    [['--trust-proxy', 'all']],
    [['--trust-proxy', '10.0.0.0/33']],
    [['--rate-limit', '-1']],
    [['--rate-limit', 'much']],
  ])('%j is refused clearly', (args) => {
    expect(() => readConfig(args, {})).toThrow(ClearError);
  });

  test('the help names every flag and its variable', () => {
    const words = ['--redis', '--listen', '--users-file', '--insecure-no-sign-in', '--page-url', '--allow-host'];
    const more = ['--trust-proxy', '--rate-limit', '--new-user', '--new-token', '--roles', '--help'];
    const variables = [
      'REDIS_URL',
      'RESETSCOPE_LISTEN',
      'RESETSCOPE_USERS_FILE',
      'RESETSCOPE_USERS',
      'RESETSCOPE_PAGE_URL',
    ];
    for (const word of [...words, ...more, ...variables]) expect(HELP).toContain(word);
  });
});
