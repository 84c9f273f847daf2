import { hostname } from 'node:os';
import { expect, test } from '@jest/globals';
import { resolveUpOptions } from './up-options.ts';

test('without flags: Debian’s log, all interfaces, a private Redis', () => {
  expect(resolveUpOptions('up', [], { XDG_STATE_HOME: '/state' })).toEqual({
    errorLogs: ['/var/log/nginx/error.log'],
    namedLogs: ['/var/log/nginx/error.log'],
    syslog: [],
    accessLogs: [],
    accessLogFormat: undefined,
    stormLinesPerSecond: undefined,
    interfaces: ['any'],
    listen: '127.0.0.1:9150',
    ports: undefined,
    timezone: undefined,
    node: hostname(),
    redisUrl: undefined,
    dataDir: process.getuid?.() === 0 ? '/var/lib/resetscope' : '/state/resetscope',
    ringBytes: undefined,
    ringAge: undefined,
    user: undefined,
    json: false,
  });
});

test('flags win over the environment', () => {
  const argv = ['--redis', 'unix:/r.sock', '--interface', 'eth0', '--interface', 'lo', '--ports', '80,8080'];
  const expected = { redisUrl: 'unix:/r.sock', interfaces: ['eth0', 'lo'], ports: [80, 8080] };
  expect(resolveUpOptions('up', argv, { REDIS_URL: 'redis://other' })).toMatchObject(expected);
  expect(resolveUpOptions('up', [], { REDIS_URL: 'redis://other' }).redisUrl).toBe('redis://other');
});

test('patterns, zones and syslog go on to the tailer; files that are named are looked at before', () => {
  const argv = ['--error-log', '/logs/*.log', '--error-log', '/a.log=Asia/Shanghai', '--syslog', '127.0.0.1:5514'];
  expect(resolveUpOptions('up', argv, {})).toMatchObject({
    errorLogs: ['/logs/*.log', '/a.log=Asia/Shanghai'],
    namedLogs: ['/a.log'],
    syslog: ['127.0.0.1:5514'],
  });
  expect(resolveUpOptions('up', ['--syslog', 'unix:/run/log'], {}).errorLogs).toEqual([]);
  expect(() => resolveUpOptions('up', ['--syslog', 'nonsense'], {})).toThrow('expected an address');
});

test('--json is a flag of doctor alone', () => {
  expect(resolveUpOptions('doctor', ['--json'], {}).json).toBe(true);
  expect(() => resolveUpOptions('up', ['--json'], {})).toThrow('unknown flag "--json"');
});
