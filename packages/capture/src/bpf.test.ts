import { expect, test } from '@jest/globals';
import { encodeFilter, Op, resolveJumps } from './bpf.ts';

test('resolveJumps turns labels into distances', () => {
  const lines = [
    { code: Op.JEQ, k: 6, yes: 'accept', no: 'reject' },
    { code: Op.JUMP, k: 0, yes: 'accept' },
    { label: 'reject', code: Op.RET, k: 0 },
    { label: 'accept', code: Op.RET, k: 1 },
  ];
  expect(resolveJumps(lines)).toEqual([
    { code: Op.JEQ, jt: 2, jf: 1, k: 6 },
    { code: Op.JUMP, jt: 0, jf: 0, k: 1 },
    { code: Op.RET, jt: 0, jf: 0, k: 0 },
    { code: Op.RET, jt: 0, jf: 0, k: 1 },
  ]);
});

test.each([
  { name: 'a label that is not there', lines: [{ code: Op.JUMP, k: 0, yes: 'nowhere' }] },
  { name: 'a jump back', lines: [{ label: 'here', code: Op.JEQ, k: 0, yes: 'here' }] },
  {
    name: 'a conditional jump over more than 255 lines',
    lines: [
      { code: Op.JEQ, k: 0, yes: 'end' },
      ...Array.from({ length: 256 }, () => ({ code: Op.TAX, k: 0 })),
      { label: 'end', code: Op.RET, k: 0 },
    ],
  },
])('$name is an error', ({ lines }) => {
  expect(() => resolveJumps(lines)).toThrow(RangeError);
});

test('encodeFilter lays out struct sock_filter', () => {
  const bytes = encodeFilter([{ code: 0x15, jt: 1, jf: 2, k: -0x1000 }], true);
  expect([...bytes]).toEqual([0x15, 0, 1, 2, 0x00, 0xf0, 0xff, 0xff]);
});
