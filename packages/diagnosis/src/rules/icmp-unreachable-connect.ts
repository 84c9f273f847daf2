import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';

/** Linux asm-generic/errno.h: what ICMP errors turn a connect() into. */
const ECONNREFUSED = 111;
const EHOSTUNREACH = 113;

/** connect() failed at once and no TCP packet came back: an ICMP error, or no ARP answer, told the kernel. */
export const icmpUnreachableConnect: Rule = {
  cause: 'icmp-unreachable-connect',
  see: 'lab u23, u24: errno 111 without any RST on the wire',
  judge(c) {
    const errno = c.entry?.errno ?? null;
    if (c.leg !== 'upstream' || c.ending !== null || c.kind !== 'connect-failed') return null;
    if (errno !== ECONNREFUSED && errno !== EHOSTUNREACH) return null;
    const syn = evidence(c.stream, 'the SYN got no TCP answer, and connect() failed', c.stream.firstFrame);
    const rivals = [{ cause: 'upstream-port-closed', missing: 'the ICMP packet: capture with icmp in the filter' }];
    return errno === EHOSTUNREACH
      ? { by: null, confidence: Confidence.high, evidence: [syn] }
      : { by: null, confidence: Confidence.medium, evidence: [syn], rivals };
  },
};
