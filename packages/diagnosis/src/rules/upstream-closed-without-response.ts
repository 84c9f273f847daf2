import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { delayClaim, peerFin, requestClaim } from './reset-facts.ts';

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
    const killed = {
      cause: 'upstream-worker-crash',
      missing: 'a killed process closes with FIN too: see the upstream log',
    };
    return { by: null, confidence: Confidence.high, evidence: [requestClaim(c), closed], rivals: [killed] };
  },
};
