import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type ConnectionKey, connectionHash, hashEndpoints, keyEndpoints, sameConnection } from './connection-key.ts';

const KEY: ConnectionKey = { addressA: '10.0.0.1', portA: 51234, addressB: '10.0.0.2', portB: 80 };
const port = fc.nat(65535);
const address = fc.oneof(fc.ipV4(), fc.ipV6());
const key = fc.record({ addressA: address, portA: port, addressB: address, portB: port });

function reversed({ addressA, portA, addressB, portB }: ConnectionKey): ConnectionKey {
  return { addressA: addressB, portA: portB, addressB: addressA, portB: portA };
}

describe('connectionHash', () => {
  test('is the same in both directions, and never that of no connection', () => {
    fc.assert(
      fc.property(key, (any) => {
        const hash = connectionHash(any);
        expect(hash).toBe(connectionHash(reversed(any)));
        expect(hash === null || (hash >= 1 && hash <= 0xffffffff)).toBe(true);
      }),
    );
  });

  test('spreads the ports of one client over distinct values', () => {
    const hashes = new Set(Array.from({ length: 50_000 }, (_, i) => connectionHash({ ...KEY, portA: 1024 + i })));
    expect(hashes.size).toBeGreaterThan(49_990);
  });

  test('tells apart connections whose ends are exchanged in part', () => {
    expect(connectionHash(KEY)).not.toBe(connectionHash({ ...KEY, portA: 80, portB: 51234 }));
  });

  test('an address that is none has no hash', () => {
    expect(connectionHash({ ...KEY, addressA: 'unix:/run/app.sock' })).toBeNull();
  });
});

describe('sameConnection', () => {
  const ends = keyEndpoints(KEY)!;
  test.each([
    { name: 'itself', other: KEY, same: true },
    { name: 'the other direction', other: reversed(KEY), same: true },
    { name: 'another port', other: { ...KEY, portA: 51235 }, same: false },
    { name: 'ports exchanged', other: { ...KEY, portA: 80, portB: 51234 }, same: false },
    { name: 'another address', other: { ...KEY, addressB: '10.0.0.3' }, same: false },
    { name: 'the mapped form of the same', other: { ...KEY, addressA: '::ffff:10.0.0.1' }, same: true },
  ])('$name', ({ other, same }) => {
    expect(sameConnection(ends, keyEndpoints(other)!)).toBe(same);
    if (same) expect(hashEndpoints(keyEndpoints(other)!)).toBe(hashEndpoints(ends));
  });
});
