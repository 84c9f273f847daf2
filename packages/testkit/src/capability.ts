/** What this process may do on this host, asked of the kernel. */
import { readFileSync } from 'node:fs';

/** Bit of CAP_NET_RAW (linux/capability.h). */
const CAP_NET_RAW = 13n;

/** May this process open AF_PACKET and raw sockets? False where there is no /proc (not Linux). */
export function canCapture(): boolean {
  try {
    const status = readFileSync('/proc/self/status', 'latin1');
    const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
    return effective !== undefined && ((BigInt(`0x${effective}`) >> CAP_NET_RAW) & 1n) === 1n;
  } catch {
    return false;
  }
}
