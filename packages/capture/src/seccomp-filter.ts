/**
 * A seccomp filter (seccomp(2)) for a process that has its sockets open already: it may start no program and open no packet
 * or raw socket. Everything else stays allowed. On a processor not listed here it allows everything.
 */
import { type BpfInstruction, type BpfLine, Op, resolveJumps } from './bpf.ts';

/** linux/audit.h AUDIT_ARCH_, and numbers of calls in asm/unistd.h. */
interface Machine {
  readonly auditArch: number;
  readonly socket: number;
  readonly execve: number;
  readonly execveat: number;
}
const MACHINES: Readonly<Record<string, Machine>> = {
  x64: { auditArch: 0xc000003e, socket: 41, execve: 59, execveat: 322 },
  arm64: { auditArch: 0xc00000b7, socket: 198, execve: 221, execveat: 281 },
};
/** The same everywhere: makes calls on behalf of the process that a filter does not see. */
const IO_URING_SETUP = 425;
/** asm/unistd.h of x86: calls of the x32 ABI, no call of arm64 is as high. */
const X32_SYSCALL_BIT = 0x40000000;

/** Offsets in struct seccomp_data; arguments are 64 bits wide, of which the low half is read (little endian). */
const At = { call: 0, arch: 4, domain: 16, type: 24 } as const;

/** linux/seccomp.h: SECCOMP_RET_ALLOW, and SECCOMP_RET_ERRNO with EPERM. */
const ALLOW = 0x7fff0000;
const DENY = 0x00050001;

/** linux/socket.h, linux/net.h; the type carries flags above its low four bits. */
const AF_INET = 2;
const AF_INET6 = 10;
const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOCK_TYPE_MASK = 0xf;

/** architecture: process.arch. */
export function compileSeccompFilter(architecture: string): readonly BpfInstruction[] {
  const machine = Object.hasOwn(MACHINES, architecture) ? MACHINES[architecture] : undefined;
  return resolveJumps([
    ...(machine === undefined ? [] : callLines(machine)),
    { label: 'allow', code: Op.RET, k: ALLOW },
    { label: 'deny', code: Op.RET, k: DENY },
  ]);
}

function callLines({ auditArch, socket, execve, execveat }: Machine): readonly BpfLine[] {
  return [
    { code: Op.LD_W, k: At.arch },
    { code: Op.JEQ, k: auditArch, no: 'deny' },
    { code: Op.LD_W, k: At.call },
    { code: Op.JGE, k: X32_SYSCALL_BIT, yes: 'deny' },
    ...[execve, execveat, IO_URING_SETUP].map((call) => ({ code: Op.JEQ, k: call, yes: 'deny' })),
    { code: Op.JEQ, k: socket, no: 'allow' },
    { code: Op.LD_W, k: At.domain },
    { code: Op.JEQ, k: AF_PACKET, yes: 'deny' },
    { code: Op.JEQ, k: AF_INET, yes: 'internet' },
    { code: Op.JEQ, k: AF_INET6, no: 'allow' },
    { label: 'internet', code: Op.LD_W, k: At.type },
    { code: Op.AND, k: SOCK_TYPE_MASK },
    { code: Op.JEQ, k: SOCK_RAW, yes: 'deny', no: 'allow' },
  ];
}
