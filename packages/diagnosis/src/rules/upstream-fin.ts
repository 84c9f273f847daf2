import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { delayClaim, peerFin, requestClaim, responseClaim } from './reset-facts.ts';

/** A clean FIN after the request, and not a byte of an answer. */
export const upstreamClosedWithoutResponse: Rule = {
  cause: 'upstream-closed-without-response',
  see: 'nginx "upstream prematurely closed connection"; lab u02',
  judge(c) {
    const fin = peerFin(c);
    if (c.leg !== 'upstream' || fin === null || (c.phase !== 'waiting' && c.phase !== 'request')) return null;
    const closed = evidence(
      c.stream,
      `the upstream sent FIN${delayClaim(c)} without a byte of an answer`,
      fin.frameNumber,
    );
    return { by: null, confidence: Confidence.high, evidence: [requestClaim(c), closed] };
  },
};

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
