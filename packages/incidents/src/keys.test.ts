import { expect, test } from '@jest/globals';
import { CHANGED_CHANNEL, KEYS, timeDigits } from './keys.ts';

test('all keys share one hash tag and none is used twice', () => {
  const keys = [...Object.values(KEYS), CHANGED_CHANNEL];
  for (const key of keys) expect(key.startsWith('{resetscope:incidents}:')).toBe(true);
  expect(new Set(keys).size).toBe(keys.length);
});

test('times have a fixed width', () => {
  expect(timeDigits(1_795_334_115_050_717)).toBe('1795334115050717');
  expect(timeDigits(7.9)).toBe('0000000000000007');
});
