import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { peerFin, responseClaim } from './reset-facts.ts';

/** A FIN before the response was complete. */
export const upstreamFinMidBody: Rule = {
  cause: 'upstream-fin-mid-body',
  see: 'RFC 9112 section 8; lab u09',
  judge(c) {
    const fin = peerFin(c);
    if (c.leg !== 'upstream' || fin === null || c.phase !== 'response') return null;
    const closed = evidence(c.stream, 'the upstream sent FIN before the response was complete', fin.frameNumber);
    return { by: null, confidence: Confidence.high, evidence: [responseClaim(c), closed] };
  },
};
