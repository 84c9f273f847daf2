import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { peerReset, resetClaim } from './reset-facts.ts';

/** SYN, SYN+ACK, bare RST: the socket was never handed to nginx, so no line speaks of it. */
export const probeSynRst: Rule = {
  cause: 'probe-syn-rst',
  see: 'RFC 9293 section 3.5.2 group 1; nginx-error-log case P1; lab k17',
  judge(c) {
    const reset = peerReset(c);
    if (c.leg !== 'client' || reset === null || c.phase !== 'handshake' || c.stream.established) return null;
    if (!c.stream.sawSyn || !c.stream.sawSynAck) return null;
    const open = evidence(c.stream, 'the SYN+ACK was never acknowledged', c.stream.firstFrame);
    return { by: 'client', confidence: Confidence.high, evidence: [resetClaim(c, reset), open] };
  },
};
