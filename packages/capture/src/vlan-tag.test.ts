import { expect, test } from '@jest/globals';
import { buildTcpFrame } from '@resetscope/wire';
import { insertVlanTag, MAX_TAGGED_LEN } from './vlan-tag.ts';

const SPEC = { src: '10.0.0.1', dst: '10.0.0.2', srcPort: 1, dstPort: 2, flags: 2 };
const INTO = new Uint8Array(MAX_TAGGED_LEN);

test('makes of an untagged frame the tagged one', () => {
  expect(insertVlanTag(buildTcpFrame(SPEC), 0x8100, 42, INTO)).toEqual(buildTcpFrame({ ...SPEC, vlan: 42 }));
});

test('a frame without two addresses stays as it is', () => {
  const frame = new Uint8Array(11);
  expect(insertVlanTag(frame, 0x8100, 42, INTO)).toBe(frame);
});
