import { expect, test } from '@jest/globals';
import { keyOfEnds } from './ends-key.ts';

test.each([
  { a: '10.0.0.1:51234', b: '10.0.0.2:80', addresses: ['10.0.0.1', '10.0.0.2'] },
  { a: '[2001:db8::1]:51234', b: '[2001:db8::2]:80', addresses: ['2001:db8::1', '2001:db8::2'] },
  { a: '2001:db8::1:51234', b: '2001:db8::2:80', addresses: ['2001:db8::1', '2001:db8::2'] },
])('$a and $b', ({ a, b, addresses: [addressA, addressB] }) => {
  expect(keyOfEnds(a, b)).toEqual({ addressA, portA: 51_234, addressB, portB: 80 });
});
