import { expect, test } from '@jest/globals';
import { parseGap } from './gap-member.ts';

test.each([
  { member: '10:20:3:kernel-drop', gap: { fromUs: 10, toUs: 20, lostPackets: 3, reason: 'kernel-drop' } },
  { member: '10:20:0:restart', gap: { fromUs: 10, toUs: 20, lostPackets: 0, reason: 'restart' } },
  { member: '10:20:3:weather', gap: null },
  { member: 'x:20:3:restart', gap: null },
  { member: '', gap: null },
])('parseGap $member', ({ member, gap }) => {
  expect(parseGap(member)).toEqual(gap);
});
