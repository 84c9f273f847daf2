import { describe, expect, test } from '@jest/globals';
import { maskRedisUrl, parseRedisUrl } from './redis-place.ts';

const nobody = { user: undefined, password: undefined };

describe('parseRedisUrl', () => {
  test.each([
    { url: 'unix:/run/redis.sock', place: { kind: 'socket', path: '/run/redis.sock', ...nobody } },
    { url: 'unix:///run/redis.sock', place: { kind: 'socket', path: '/run/redis.sock', ...nobody } },
    { url: '/run/redis.sock', place: { kind: 'socket', path: '/run/redis.sock', ...nobody } },
    {
      url: 'redis://shop',
      place: { kind: 'server', node: { host: 'shop', port: 6379 }, db: 0, tls: false, ...nobody },
    },
    {
      url: 'redis://',
      place: { kind: 'server', node: { host: '127.0.0.1', port: 6379 }, db: 0, tls: false, ...nobody },
    },
    {
      url: 'rediss://web:p%40ss%2F:x@[2001:db8::1]:7000/3',
      place: {
        kind: 'server',
        node: { host: '2001:db8::1', port: 7000 },
        db: 3,
        tls: true,
        user: 'web',
        password: 'p@ss/:x',
      },
    },
    {
      url: 'redis://:secret@shop',
      place: {
        kind: 'server',
        node: { host: 'shop', port: 6379 },
        db: 0,
        tls: false,
        user: undefined,
        password: 'secret',
      },
    },
    {
      url: 'redis+sentinel://a:26380,b/shop/2',
      place: {
        kind: 'sentinel',
        sentinels: [
          { host: 'a', port: 26380 },
          { host: 'b', port: 26379 },
        ],
        masterName: 'shop',
        db: 2,
        tls: false,
        ...nobody,
      },
    },
    {
      url: 'rediss+cluster://u@a:7000,b:7001/0',
      place: {
        kind: 'cluster',
        nodes: [
          { host: 'a', port: 7000 },
          { host: 'b', port: 7001 },
        ],
        tls: true,
        user: 'u',
        password: undefined,
      },
    },
  ])('$url', ({ url, place }) => {
    expect(parseRedisUrl(url)).toEqual(place);
  });

  test.each([
    { url: 'http://shop', message: /expected redis:/ },
    { url: 'shop:6379', message: /expected redis:/ },
    { url: 'redis://shop:0', message: /a port from 1 to 65535 in "shop:0"/ },
    { url: 'redis://shop:99999', message: /a port from 1 to 65535/ },
    { url: 'redis://a,b', message: /one host; several are written as redis\+cluster/ },
    { url: 'redis://shop/one', message: /the number of a database/ },
    { url: 'redis+sentinel://a', message: /master-name/ },
    { url: 'redis+cluster://a,,b', message: /a host and a port/ },
    { url: 'redis+cluster://a/2', message: /a cluster has only 0/ },
    { url: 'redis://u:secret%@a', message: /percent-encoding/ },
    { url: 'redis://u:secret@a:x', message: /a host and a port/ },
  ])('refuses $url and keeps its secrets', ({ url, message }) => {
    const parse = () => parseRedisUrl(url);
    expect(parse).toThrow(expect.objectContaining({ code: 'RS_USAGE', message: expect.stringMatching(message) }));
    expect(parse).not.toThrow(/secret/);
  });
});

test.each([
  ['redis://user:secret@host:6379/1', 'redis://user:***@host:6379/1'],
  ['redis://:secret@host', 'redis://:***@host'],
  ['redis://user:sec@ret@host', 'redis://user:***@host'],
  ['redis+sentinel://:secret@a,b/shop', 'redis+sentinel://:***@a,b/shop'],
  ['redis+cluster://a:7000,b:7001', 'redis+cluster://a:7000,b:7001'],
  ['redis://host:6379', 'redis://host:6379'],
  ['unix:/run/redis.sock', 'unix:/run/redis.sock'],
])('%s is shown as %s', (url, shown) => {
  expect(maskRedisUrl(url)).toBe(shown);
});
