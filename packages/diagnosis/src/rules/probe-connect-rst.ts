import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { peerReset, resetClaim } from './reset-facts.ts';

/** Connect and reset before any byte: how TCP health checks close. */
export const probeConnectRst: Rule = {
  cause: 'probe-connect-rst',
  see: 'lab k18; nginx logs it at info "while waiting for request"',
  judge(c) {
    const reset = peerReset(c);
    if (c.leg !== 'client' || reset === null || c.phase !== 'handshake') return null;
    if (c.entry?.action?.kind === 'known' && c.entry.action.phrase === 'SSL handshaking') return null;
    const silent = evidence(c.stream, 'no payload byte was sent in either direction', c.stream.firstFrame);
    return { by: 'client', confidence: Confidence.high, evidence: [resetClaim(c, reset), silent] };
  },
};
