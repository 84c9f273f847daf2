import { expect, test } from '@jest/globals';
import { resolveDoctorOptions } from './options.ts';

test('without flags: the installed nginx, two seconds, nothing named', () => {
  expect(resolveDoctorOptions([], {})).toMatchObject({
    nginxConfig: 'nginx',
    isConfigNamed: false,
    tailerUser: undefined,
    opsUrls: [],
    watchSeconds: 2,
    namesLogs: false,
    namesHost: false,
    stackOnly: false,
    json: false,
  });
});

test('the flags of up and its own', () => {
  const argv = ['--ports-from', '/n.conf', '--ops', 'tailer:9151', '--ops', 'http://[::1]:9152/', '--watch', '30'];
  expect(resolveDoctorOptions(argv, {})).toMatchObject({
    nginxConfig: '/n.conf',
    isConfigNamed: true,
    opsUrls: ['http://tailer:9151', 'http://[::1]:9152'],
    watchSeconds: 30,
    namesLogs: false,
    namesHost: true,
  });
  expect(resolveDoctorOptions(['--error-log', '/e.log', '--json'], {})).toMatchObject({ namesLogs: true, json: true });
});

test.each([
  { argv: ['--ops', 'http://x/metrics'], says: 'expected --ops to be an address like http://tailer:9151' },
  { argv: ['--ops', '::'], says: 'expected --ops to be an address' },
  { argv: ['--watch', '0'], says: 'expected --watch to be a whole number from 1 to 600' },
  { argv: ['--seconds', '10'], says: 'unknown flag "--seconds"' },
])('refuses $argv', ({ argv, says }) => {
  expect(() => resolveDoctorOptions(argv, {})).toThrow(says);
});
