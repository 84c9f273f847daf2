import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { peerFin, requestClaim, responseClaim } from './reset-facts.ts';

/** A FIN after a complete request is legal; nginx takes it for an abort. Whether the client still wanted the answer shows later. */
export const clientHalfCloseAsAbort: Rule = {
  cause: 'client-half-close-as-abort',
  see: 'RFC 9112 section 9.6; lab c03, u30',
  judge(c) {
    const fin = peerFin(c);
    const open = c.phase === 'waiting' || c.phase === 'response';
    if (c.leg !== 'client' || fin === null || !open) return null;
    const closed = evidence(
      c.stream,
      'the client sent FIN after its request, before the response was complete',
      fin.frameNumber,
    );
    const rivals = [
      { cause: 'client-timeout-abort', missing: 'a RST against later data: did the client still listen?' },
    ];
    return { by: null, confidence: Confidence.medium, evidence: [requestClaim(c), closed, responseClaim(c)], rivals };
  },
};
