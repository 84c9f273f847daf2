import { expect, test } from '@jest/globals';
import { communityId } from './community-id.ts';

/** The TCP connections of baseline/baseline_deflt.json, github.com/corelight/community-id-spec. */
const VECTORS = [
  ['128.232.110.120', 34855, '66.35.250.204', 80, '1:LQU9qZlK+B5F3KDmev6m5PMibrg='],
  ['66.35.250.204', 80, '128.232.110.120', 34855, '1:LQU9qZlK+B5F3KDmev6m5PMibrg='],
  ['2001:470:e5bf:dead:4957:2174:e82c:4887', 63943, '2607:f8b0:400c:c03::1a', 25, '1:/qFaeAR+gFe1KYjMzVDsMv+wgU4='],
  ['2607:f8b0:400c:c03::1a', 25, '2001:470:e5bf:dead:4957:2174:e82c:4887', 63943, '1:/qFaeAR+gFe1KYjMzVDsMv+wgU4='],
] as const;

test.each(VECTORS)('%s:%d to %s:%d is %s', (a, aPort, b, bPort, id) => {
  expect(communityId({ address: a, port: aPort }, { address: b, port: bPort })).toBe(id);
});

test('of two ports on one address the lower one comes first, by number and not by text', () => {
  const loopback = (port: number) => ({ address: '127.0.0.1', port });
  expect(communityId(loopback(80), loopback(51_000))).toBe(communityId(loopback(51_000), loopback(80)));
  expect(communityId(loopback(80), loopback(51_000))).not.toBe(communityId(loopback(80), loopback(51_001)));
});

test('an address that is none has no id', () => {
  expect(communityId({ address: 'unix:', port: 0 }, { address: '127.0.0.1', port: 80 })).toBeNull();
});
