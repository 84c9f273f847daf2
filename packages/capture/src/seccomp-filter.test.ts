import { describe, expect, test } from '@jest/globals';
import { compileSeccompFilter } from './seccomp-filter.ts';
import { runBpf } from './testing/bpf-machine.ts';

const ALLOW = 0x7fff0000;
const DENY = 0x00050001;
const X86_64 = 0xc000003e;
const AARCH64 = 0xc00000b7;
const I386 = 0x40000003;

/** struct seccomp_data (linux/seccomp.h) on a little-endian machine. */
function call(auditArch: number, number: number, ...args: readonly number[]): Uint8Array {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, number, true);
  data.setUint32(4, auditArch, true);
  for (const [i, value] of args.entries()) data.setUint32(16 + 8 * i, value, true);
  return new Uint8Array(data.buffer);
}

describe.each([
  { architecture: 'x64', auditArch: X86_64, socket: 41, execve: 59, execveat: 322, write: 1 },
  { architecture: 'arm64', auditArch: AARCH64, socket: 198, execve: 221, execveat: 281, write: 64 },
])('on $architecture', ({ architecture, auditArch, socket, execve, execveat, write }) => {
  test.each([
    { name: 'write', data: call(auditArch, write), verdict: ALLOW },
    { name: 'execve', data: call(auditArch, execve), verdict: DENY },
    { name: 'execveat', data: call(auditArch, execveat), verdict: DENY },
    { name: 'io_uring_setup', data: call(auditArch, 425), verdict: DENY },
    { name: 'a packet socket', data: call(auditArch, socket, 17, 3), verdict: DENY },
    { name: 'a cooked packet socket', data: call(auditArch, socket, 17, 2), verdict: DENY },
    { name: 'a raw IPv4 socket', data: call(auditArch, socket, 2, 3 | 0x80800), verdict: DENY },
    { name: 'a raw IPv6 socket', data: call(auditArch, socket, 10, 3), verdict: DENY },
    { name: 'a TCP socket', data: call(auditArch, socket, 2, 1 | 0x80800), verdict: ALLOW },
    { name: 'a UDP socket over IPv6', data: call(auditArch, socket, 10, 2), verdict: ALLOW },
    { name: 'a unix socket', data: call(auditArch, socket, 1, 1), verdict: ALLOW },
    { name: 'a netlink socket, raw by name only', data: call(auditArch, socket, 16, 3), verdict: ALLOW },
    { name: 'a call of another machine', data: call(I386, write), verdict: DENY },
    { name: 'a call of the x32 ABI', data: call(auditArch, 0x40000000 + socket, 1, 1), verdict: DENY },
  ])('$name', ({ data, verdict }) => {
    expect(runBpf(compileSeccompFilter(architecture), { bytes: data, littleEndian: true })).toBe(verdict);
  });
});

test('a processor not known allows everything', () => {
  const bytes = call(0, 59);
  expect(runBpf(compileSeccompFilter('riscv64'), { bytes, littleEndian: true })).toBe(ALLOW);
});
