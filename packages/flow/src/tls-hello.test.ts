import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { clientHello, extension, serverHello, serverNameExtension } from '../test-data/tls.ts';
import { readServerName, selectsPreSharedKey, selectsTls13 } from './tls-hello.ts';

const NAME = serverNameExtension('www.shop.test');

describe('readServerName', () => {
  test.each([
    { name: 'alone', hello: clientHello(NAME), expected: 'www.shop.test' },
    {
      name: 'after others, with a session id',
      hello: clientHello([...extension(10, [0, 2, 0, 29]), ...extension(16, []), ...NAME], [1, 2, 3]),
      expected: 'www.shop.test',
    },
    { name: 'none', hello: clientHello(extension(10, [0, 2, 0, 29])), expected: null },
    { name: 'no extensions', hello: clientHello([]), expected: null },
    { name: 'empty', hello: clientHello(serverNameExtension('')), expected: null },
    {
      name: 'only the first of two',
      hello: clientHello(extension(0, [0, 10, 0, 0, 1, 97, 0, 0, 1, 98])),
      expected: 'a',
    },
    { name: 'hostile text as it is', hello: clientHello(serverNameExtension('<b>\xff\n')), expected: '<b>\xff\n' },
  ])('$name', ({ hello, expected }) => {
    expect(readServerName(hello)).toBe(expected);
  });

  test('cut at any byte: the whole name or none', () => {
    const hello = clientHello([...NAME, ...extension(43, [2, 3, 4])]);
    const names = Array.from(hello, (_, length) => readServerName(hello.subarray(0, length)));
    const first = names.indexOf('www.shop.test');
    expect(new Set(names.slice(0, first))).toEqual(new Set([null]));
    expect(new Set(names.slice(first))).toEqual(new Set(['www.shop.test']));
  });

  test('never throws, and is never longer than is kept', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4000, size: 'max' }), (bytes) => {
        for (const type of [1, 2]) {
          const hello = Uint8Array.from([type, ...bytes]);
          expect(readServerName(hello)?.length ?? 0).toBeLessThanOrEqual(2048);
          selectsTls13(hello);
        }
      }),
    );
  });
});

test.each([
  { name: 'TLS 1.3', hello: serverHello(0x0304), expected: true },
  { name: 'TLS 1.2', hello: serverHello(null), expected: false },
  { name: 'another version', hello: serverHello(0x7f1c), expected: false },
  { name: 'nothing', hello: new Uint8Array(0), expected: false },
])('selectsTls13: $name', ({ hello, expected }) => {
  expect(selectsTls13(hello)).toBe(expected);
});

test('selectsPreSharedKey: a session is resumed', () => {
  expect(selectsPreSharedKey(serverHello(0x0304, extension(41, [0, 0])))).toBe(true);
  expect(selectsPreSharedKey(serverHello(0x0304))).toBe(false);
});
