import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isIpText, parseEndpoint } from './endpoint.ts';

const NOTHING = { address: null, port: null, unixPath: null, name: null };

test.each([
  ['10.0.0.1:80', { address: '10.0.0.1', port: 80 }],
  ['10.0.0.1', { address: '10.0.0.1' }],
  ['[fd77::1]:443', { address: 'fd77::1', port: 443 }],
  ['[::]:0', { address: '::', port: 0 }],
  ['fd77:1::2', { address: 'fd77:1::2' }],
  ['fd77::1:80', { address: 'fd77::1:80' }],
  ['::ffff:1.2.3.4', { address: '::ffff:1.2.3.4' }],
  ['unix:/run/up.sock', { unixPath: '/run/up.sock' }],
  ['unix:', { unixPath: '' }],
  ['backend', { name: 'backend' }],
  ['backend:8080', { name: 'backend', port: 8080 }],
  ['10.0.0.1:99999', { name: '10.0.0.1:99999' }],
  ['256.0.0.1', { name: '256.0.0.1' }],
  ['', { name: '' }],
])('parseEndpoint(%j)', (text, expected) => {
  expect(parseEndpoint(text)).toEqual({ ...NOTHING, ...expected });
});

test('every IPv4 and IPv6 text is one', () => {
  fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => expect(isIpText(text)).toBe(true)));
});
