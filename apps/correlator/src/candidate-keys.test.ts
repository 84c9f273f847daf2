import { describe, expect, test } from '@jest/globals';
import type { ConnectionKey } from '@resetscope/ring';
import { fairKeys } from './candidate-keys.ts';

describe('fairKeys', () => {
  const key = (port: number): ConnectionKey => ({ addressA: '10.0.0.1', portA: port, addressB: '10.0.0.2', portB: 80 });

  test('every line has its nearest before any has its second', () => {
    const wanted = [[key(1), key(2), key(3)], [key(1), key(4)], [key(5)]];
    expect(fairKeys(wanted, 4)).toEqual([key(1), key(5), key(2), key(4)]);
  });

  test('the same connection named from its other end is the same', () => {
    const turned = { addressA: '10.0.0.2', portA: 80, addressB: '10.0.0.1', portB: 1 };
    expect(fairKeys([[key(1)], [turned]], 10)).toHaveLength(1);
  });

  test('nothing wanted, nothing given', () => {
    expect(fairKeys([], 10)).toEqual([]);
    expect(fairKeys([[]], 10)).toEqual([]);
  });
});
