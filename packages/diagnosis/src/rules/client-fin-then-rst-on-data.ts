import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { peerReset, resetClaim } from './reset-facts.ts';

/** The client had closed; data sent afterwards was answered with RST. */
export const clientFinThenRstOnData: Rule = {
  cause: 'client-fin-then-rst-on-data',
  see: 'Linux tcp_rcv_state_process, TCP_ABORT_ON_DATA; lab k04',
  judge(c) {
    const reset = peerReset(c);
    if (c.leg !== 'client' || reset === null || c.phase !== 'closing') return null;
    const fin = c.stream.endings.find((e) => e.kind === 'fin' && e.from === 'originator');
    const closed = evidence(c.stream, 'the client had sent FIN before', fin?.frameNumber);
    return { by: 'client', confidence: Confidence.high, evidence: [closed, resetClaim(c, reset)] };
  },
};
