import { expect, test } from '@jest/globals';
import { Capability, has, parseRights, readOwnRights } from './process-rights.ts';

test('reads user, capabilities and no_new_privs of a status file', () => {
  const status =
    'Name:\tnode\nUid:\t0\t0\t0\t0\nCapInh:\t0\nCapPrm:\t0000000000002000\nCapEff:\t0000000000002000\nCapBnd:\t00000000000020c0\nNoNewPrivs:\t1\n';
  const rights = parseRights(status);
  expect(rights).toEqual({ isRoot: true, effective: 0x2000n, bounding: 0x20c0n, noNewPrivs: true });
  expect(has(rights.effective, Capability.NET_RAW)).toBe(true);
  expect(has(rights.effective, Capability.SETUID)).toBe(false);
  expect(has(rights.bounding, Capability.SETUID) && has(rights.bounding, Capability.SETGID)).toBe(true);
});

test('a text without these fields gives no right', () => {
  expect(parseRights('')).toEqual({ isRoot: false, effective: 0n, bounding: 0n, noNewPrivs: false });
});

test('the kernel tells our own', () => {
  expect(readOwnRights().isRoot).toBe(process.geteuid?.() === 0);
});
