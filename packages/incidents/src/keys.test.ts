import { expect, test } from '@jest/globals';
import { CHANGED_CHANNEL, groupBounds, KEYS, parseGroupMember, timeDigits } from './keys.ts';

test('all keys share one hash tag and none is used twice', () => {
  const keys = [...Object.values(KEYS), CHANGED_CHANNEL];
  for (const key of keys) expect(key.startsWith('{resetscope:incidents}:')).toBe(true);
  expect(new Set(keys).size).toBe(keys.length);
});

test('times have a fixed width', () => {
  expect(timeDigits(1_795_334_115_050_717)).toBe('1795334115050717');
  expect(timeDigits(7.9)).toBe('0000000000000007');
});

test('a member is its group, its time and its id, which may hold colons', () => {
  expect(parseGroupMember('29f0:1795334115050717:job:1')).toEqual({ id: 'job:1', createdAtUs: 1_795_334_115_050_717 });
});

test('bounds hold the members of one group, before a time when asked', () => {
  expect(groupBounds('29f0')).toEqual({ min: '[29f0:', max: '(29f0;' });
  expect(groupBounds('29f0', 7)).toEqual({ min: '[29f0:', max: '(29f0:0000000000000007' });
});
