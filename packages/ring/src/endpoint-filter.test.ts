import { expect, test } from '@jest/globals';
import { type ConnectionKey, keyEndpoints } from './connection-key.ts';
import { ConnectionSet, endpointTest } from './endpoint-filter.ts';

const KEY: ConnectionKey = { addressA: '10.0.0.1', portA: 51234, addressB: '10.0.0.2', portB: 80 };

test.each([
  { filter: {}, accepts: true },
  { filter: { address: '10.0.0.1' }, accepts: true },
  { filter: { address: '10.0.0.2', port: 80 }, accepts: true },
  { filter: { port: 51234 }, accepts: true },
  { filter: { address: '10.0.0.1', port: 80 }, accepts: false },
  { filter: { address: '10.0.0.3' }, accepts: false },
  { filter: { address: 'unix:' }, accepts: false },
  { filter: { port: 443 }, accepts: false },
])('endpointTest $filter', ({ filter, accepts }) => {
  expect(endpointTest(filter)(keyEndpoints(KEY)!)).toBe(accepts);
});

test('a ConnectionSet lists each connection once, as first seen', () => {
  const set = new ConnectionSet();
  set.add(keyEndpoints(KEY)!);
  set.add(keyEndpoints({ addressA: KEY.addressB, portA: KEY.portB, addressB: KEY.addressA, portB: KEY.portA })!);
  set.add(keyEndpoints({ ...KEY, portA: 51235 })!);
  expect(set.keys).toEqual([KEY, { ...KEY, portA: 51235 }]);
});
