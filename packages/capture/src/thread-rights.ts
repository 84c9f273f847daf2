/**
 * The calls of prctl(2), capset(2) and seccomp(2) by which a thread gives up rights. They act on the calling thread, Node's
 * main one; only seccomp reaches the threads that V8 and libuv have started before, and takes no_new_privs along to them.
 */
import { endianness } from 'node:os';
import { encodeFilter } from './bpf.ts';
import type { Koffi } from './koffi.ts';
import { compileSeccompFilter } from './seccomp-filter.ts';

/** linux/prctl.h. */
const PR_CAPBSET_DROP = 24;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_CAP_AMBIENT = 47;
const PR_CAP_AMBIENT_CLEAR_ALL = 4;
/** linux/capability.h: a header of version and thread (0: this one), then 64 bits each of three sets, none set. */
const LINUX_CAPABILITY_VERSION_3 = 0x20080522;
const CAPABILITY_SETS_LEN = 24;
const CAPABILITY_COUNT = 64;
/** linux/seccomp.h; the call's number by process.arch (asm/unistd.h). */
const SECCOMP_SET_MODE_FILTER = 1;
const SECCOMP_FILTER_FLAG_TSYNC = 1;
const SECCOMP_CALL: Readonly<Record<string, number>> = { x64: 317, arm64: 277 };

/** No thread or program started from here on can have a capability; needs CAP_SETPCAP, without which it changes nothing. */
export function dropBoundingSet(koffi: Koffi): void {
  const prctl = bindPrctl(koffi);
  for (let capability = 0; capability < CAPABILITY_COUNT; capability++) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
}

/** Clears the permitted, effective, inheritable and ambient set. Lowering is always allowed. */
export function dropCapabilities(koffi: Koffi): void {
  bindPrctl(koffi)(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  const capset = koffi.load(null).func('int capset(void *, const void *)');
  const header = Buffer.from(Uint32Array.of(LINUX_CAPABILITY_VERSION_3, 0).buffer);
  capset(header, Buffer.alloc(CAPABILITY_SETS_LEN));
}

/** What this thread starts cannot gain rights, neither by the program's file nor by being root. */
export function setNoNewPrivs(koffi: Koffi): void {
  bindPrctl(koffi)(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/** The same for all threads, and they start nothing: they get the seccomp filter. */
export function forbidNewRights(koffi: Koffi): void {
  setNoNewPrivs(koffi);
  const call = Object.hasOwn(SECCOMP_CALL, process.arch) ? SECCOMP_CALL[process.arch] : undefined;
  if (call === undefined) return;
  const program = compileSeccompFilter(process.arch);
  const type = koffi.struct({ length: 'uint16_t', filter: 'void *' });
  const seccomp = koffi.load(null).func('syscall', 'long', ['long', 'long', 'long', koffi.pointer(type)]);
  const filter = Buffer.from(encodeFilter(program, endianness() === 'LE'));
  seccomp(call, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, { length: program.length, filter });
}

function bindPrctl(koffi: Koffi): (...args: readonly number[]) => number {
  return koffi.load(null).func('int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)');
}
