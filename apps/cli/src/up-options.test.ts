import { hostname } from 'node:os';
import { expect, test } from '@jest/globals';
import { resolveUpOptions } from './up-options.ts';

test('without flags: Debian’s log, all interfaces, a private Redis', () => {
  expect(resolveUpOptions([], { XDG_STATE_HOME: '/state' })).toEqual({
    errorLogs: ['/var/log/nginx/error.log'],
    namedLogs: ['/var/log/nginx/error.log'],
    syslog: [],
    accessLogs: [],
    accessLogFormat: undefined,
    stormLinesPerSecond: undefined,
    interfaces: ['any'],
    listen: '127.0.0.1:9150',
    usersFile: undefined,
    pageUrl: undefined,
    insecureNoSignIn: false,
    ports: undefined,
    portsFrom: undefined,
    filter: undefined,
    source: undefined,
    listenPorts: undefined,
    timezone: undefined,
    node: hostname(),
    redisUrl: undefined,
    dataDir: process.getuid?.() === 0 ? '/var/lib/resetscope' : '/state/resetscope',
    ringBytes: undefined,
    ringAge: undefined,
    user: undefined,
  });
});

test('flags win over the environment', () => {
  const argv = ['--redis', 'unix:/r.sock', '--interface', 'eth0', '--interface', 'lo', '--ports', '80,8080'];
  const expected = { redisUrl: 'unix:/r.sock', interfaces: ['eth0', 'lo'], ports: [80, 8080] };
  expect(resolveUpOptions(argv, { REDIS_URL: 'redis://other' })).toMatchObject(expected);
  expect(resolveUpOptions([], { REDIS_URL: 'redis://other' }).redisUrl).toBe('redis://other');
});

test('what to capture, and where only nginx listens', () => {
  const argv = ['--ports-from', 'nginx', '--source', 'cap', '--listen-ports', '80,443'];
  expect(resolveUpOptions(argv, {})).toMatchObject({ portsFrom: 'nginx', source: 'cap', listenPorts: [80, 443] });
  expect(resolveUpOptions(['--filter', 'tcp port 80'], {}).filter).toBe('tcp port 80');
  expect(() => resolveUpOptions(['--listen-ports', 'http'], {})).toThrow(
    'expected --listen-ports to be ports like 80,443, got "http"',
  );
});

test('patterns, zones and syslog go on to the tailer; files that are named are looked at before', () => {
  const argv = ['--error-log', '/logs/*.log', '--error-log', '/a.log=Asia/Shanghai', '--syslog', '127.0.0.1:5514'];
  expect(resolveUpOptions(argv, {})).toMatchObject({
    errorLogs: ['/logs/*.log', '/a.log=Asia/Shanghai'],
    namedLogs: ['/a.log'],
    syslog: ['127.0.0.1:5514'],
  });
  expect(resolveUpOptions(['--syslog', 'unix:/run/log'], {}).errorLogs).toEqual([]);
  expect(() => resolveUpOptions(['--syslog', 'nonsense'], {})).toThrow('expected an address');
});
