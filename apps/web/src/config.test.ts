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
      args: ['--redis', 'redis://r:1', '--listen=0.0.0.0:0'],
      env: { REDIS_URL: 'x', RESETSCOPE_LISTEN: '1' },
      config: { redis: { url: 'redis://r:1' }, listen: { host: '0.0.0.0', port: 0 } },
    },
  ])('$name', ({ args, env, config }) => {
    expect(readConfig(args, env)).toEqual(config);
  });

  test.each([[['--port', '1']], [['extra']], [['--listen', 'nowhere']], [['--redis']]])(
    '%j is refused clearly',
    (args) => {
      expect(() => readConfig(args, {})).toThrow(ClearError);
    },
  );

  test('the help names every flag and its variable', () => {
    for (const word of ['--redis', '--listen', '--help', 'REDIS_URL', 'RESETSCOPE_LISTEN'])
      expect(HELP).toContain(word);
  });
});
