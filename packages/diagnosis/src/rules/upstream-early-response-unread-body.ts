import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { peerReset, requestClaim, resetClaim, responseClaim } from './reset-facts.ts';

/** The upstream answered before it had read the whole request, and closed with the rest unread. */
export const upstreamEarlyResponse: Rule = {
  cause: 'upstream-early-response-unread-body',
  see: 'RFC 9112 section 9.5; lab u06, u13',
  judge(c) {
    const reset = peerReset(c);
    const e = c.exchange;
    if (c.leg !== 'upstream' || reset === null || e === null || e.responseState === 'none') return null;
    if (!e.earlyResponse && e.requestState === 'complete') return null;
    const early = evidence(c.stream, 'the response began before the request was complete', e.responseFrame);
    return {
      by: 'upstream',
      confidence: Confidence.high,
      evidence: [requestClaim(c), early, responseClaim(c), resetClaim(c, reset)],
    };
  },
};
