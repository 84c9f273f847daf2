/**
 * Loopback shows every packet twice, as it leaves and as it arrives. The kernel leaves the first out, before it takes room in the
 * ring and before it can count as dropped.
 */
import { type BpfInstruction, HARDWARE_TYPE, Op, PACKET_TYPE } from './bpf.ts';

/** linux/if_arp.h. */
const ARPHRD_LOOPBACK = 772;
/** linux/if_packet.h: sent by this host. */
const PACKET_OUTGOING = 4;

/** The program behind a look at what leaves over loopback. */
export function withoutLoopbackCopies(program: readonly BpfInstruction[]): readonly BpfInstruction[] {
  return [
    { code: Op.LD_W, jt: 0, jf: 0, k: HARDWARE_TYPE },
    { code: Op.JEQ, jt: 0, jf: 3, k: ARPHRD_LOOPBACK },
    { code: Op.LD_W, jt: 0, jf: 0, k: PACKET_TYPE },
    { code: Op.JEQ, jt: 0, jf: 1, k: PACKET_OUTGOING },
    { code: Op.RET, jt: 0, jf: 0, k: 0 },
    ...program,
  ];
}
