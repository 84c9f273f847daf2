import { expect, test } from '@jest/globals';
import { parseConnection } from './connection-flag.ts';

test.each([
  { text: '10.0.0.1:51234-10.0.0.2:80', key: { addressA: '10.0.0.1', portA: 51234, addressB: '10.0.0.2', portB: 80 } },
  {
    text: '[2001:DB8:0::1]:1-[::1]:443',
    key: { addressA: '2001:db8::1', portA: 1, addressB: '::1', portB: 443 },
  },
])('$text', ({ text, key }) => {
  expect(parseConnection(text)).toEqual(key);
});

test.each([
  '',
  '10.0.0.1:80',
  '10.0.0.1:80-',
  '10.0.0.1-10.0.0.2',
  '10.0.0.1:80-10.0.0.2:65536',
  'a:1-b:2',
  '2001:db8::1:80-::1:443',
])('%j is no connection', (text) => {
  expect(() => parseConnection(text)).toThrow('--connection: expected two ends like');
});
