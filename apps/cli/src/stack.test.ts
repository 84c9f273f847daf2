import { expect, test } from '@jest/globals';
import { stackFlags } from './stack.ts';

const SETTINGS = {
  redis: { url: 'unix:/r.sock' },
  node: 'web-1',
  errorLogs: ['/a.log', '/b.log'],
  checkpointDir: '/state',
  from: 'end',
  interfaces: ['eth0', 'lo'],
  ports: undefined,
  ringBytes: undefined,
  ringAge: undefined,
  user: undefined,
  timezone: undefined,
  listen: '127.0.0.1:9150',
  metricsListen: { tailer: ':1', capture: ':2', correlator: ':3' },
} as const;

test('each app gets its flags', () => {
  const flags = stackFlags(SETTINGS);
  expect(flags.tailer.join(' ')).toBe(
    '--error-log /a.log --error-log /b.log --checkpoint-dir /state --from end --node web-1 --metrics-listen :1',
  );
  expect(flags.capture.join(' ')).toBe('--interface eth0 --interface lo --node web-1 --metrics-listen :2');
  expect(flags.correlator.join(' ')).toBe('--node web-1 --metrics-listen :3');
  expect(flags.web.join(' ')).toBe('--listen 127.0.0.1:9150');
});

test('optional settings become flags only when given', () => {
  const flags = stackFlags({
    ...SETTINGS,
    ports: [80, 8080],
    ringBytes: '64m',
    ringAge: '1h',
    user: 'web',
    timezone: 'UTC',
    accessLogs: ['/access.log'],
    accessLogFormat: '$connection',
    source: 'cap',
    listenPorts: [80, 443],
  });
  expect(flags.tailer.join(' ')).toContain('--access-log /access.log --log-format $connection');
  expect(flags.capture.join(' ')).toContain('--ports 80,8080 --source cap --ring-bytes 64m --ring-age 1h --user web');
  expect(flags.correlator.join(' ')).toContain('--timezone UTC --listen-ports 80,443');
});

test('what the capture takes instead of ports goes on as it is', () => {
  expect(stackFlags({ ...SETTINGS, portsFrom: 'nginx' }).capture.slice(-2)).toEqual(['--ports-from', 'nginx']);
  expect(stackFlags({ ...SETTINGS, filter: 'tcp port 80' }).capture.slice(-2)).toEqual(['--filter', 'tcp port 80']);
});

test('who may see the page goes on as it is', () => {
  const settings = { ...SETTINGS, usersFile: '/etc/users', pageUrl: 'https://page.example', insecureNoSignIn: true };
  expect(stackFlags(settings).web.join(' ')).toBe(
    '--listen 127.0.0.1:9150 --users-file /etc/users --page-url https://page.example --insecure-no-sign-in',
  );
});
