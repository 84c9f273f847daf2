import { describe, expect, test } from '@jest/globals';
import { hasSingleSlash, parseUpstream } from './upstream-ref.ts';

const NOTHING = { scheme: null, address: null, port: null, unixPath: null, name: null, uri: null };

describe('parseUpstream', () => {
  test.each([
    ['http://10.0.0.1:9000/a?b', { scheme: 'http', address: '10.0.0.1', port: 9000, uri: '/a?b' }],
    ['http://10.0.0.1:9000?b', { scheme: 'http', address: '10.0.0.1', port: 9000, uri: '?b' }],
    ['https://[fd77::2]:443/x', { scheme: 'https', address: 'fd77::2', port: 443, uri: '/x' }],
    ['fastcgi://10.0.0.1:9000', { scheme: 'fastcgi', address: '10.0.0.1', port: 9000 }],
    ['fastcgi://unix:/run/php.sock:', { scheme: 'fastcgi', unixPath: '/run/php.sock' }],
    ['http://unix:/path/up.sock:/x/x', { scheme: 'http', unixPath: '/path/up.sock', uri: '/x/x' }],
    ['http://dead/dead/x', { scheme: 'http', name: 'dead', uri: '/dead/x' }],
    ['http:/10.4.36.207:8080/', { scheme: 'http', address: '10.4.36.207', port: 8080, uri: '/' }],
    ['10.77.2.2:9000', { address: '10.77.2.2', port: 9000 }],
    ['unix:/run/up.sock', { unixPath: '/run/up.sock' }],
    ['http://unix:/path/cu', { scheme: 'http', unixPath: '/path/cu' }],
    ['http://', { scheme: 'http', name: '' }],
    ['', { name: '' }],
  ])('%s', (raw, expected) => {
    expect(parseUpstream(raw)).toEqual({ ...NOTHING, raw, ...expected });
  });
});

test.each([
  ['http:/10.4.36.207:8080/', true],
  ['http://10.4.36.207:8080/', false],
  ['10.4.36.207:8080', false],
  ['unix:/run/up.sock', false],
])('hasSingleSlash(%s)', (raw, expected) => {
  expect(hasSingleSlash(parseUpstream(raw))).toBe(expected);
});
