import { expect, test } from '@jest/globals';
import { AllowedHosts, isLoopback } from './allowed-hosts.ts';

const hosts = new AllowedHosts(['resetscope.example.com', '0.0.0.0']);

test.each([
  'localhost',
  'localhost:9150',
  'LOCALHOST.:80',
  '127.0.0.1:9150',
  '10.1.2.3',
  '[::1]:9150',
  '[2001:db8::1]',
  'resetscope.example.com:443',
])('%s is ours', (host) => {
  expect(hosts.allows(host)).toBe(true);
});

test.each([
  '',
  'evil.example',
  'evil.example:9150',
  'resetscope.example.com.evil.example',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  '127.1',
  '2130706433',
  '::1',
  '[evil]',
  'localhost:9150:1',
  'a@localhost',
])('%j is not', (host) => {
  expect(hosts.allows(host)).toBe(false);
});

test.each([
  ['127.0.0.1', true],
  ['127.8.8.8', true],
  ['::1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['::', false],
  ['127.0.0.1.example.com', false],
  ['192.168.1.1', false],
])('loopback %s: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
