import { Confidence, type Rule } from '../rule.ts';
import { peerReset, resetClaim, responseClaim } from './reset-facts.ts';

/** The whole response, then a reset: an error line without damage. */
export const upstreamRstAfterComplete: Rule = {
  cause: 'upstream-rst-after-complete',
  see: 'lab u11',
  judge(c) {
    const reset = peerReset(c);
    if (c.leg !== 'upstream' || reset === null || c.exchange?.responseState !== 'complete') return null;
    return { by: 'upstream', confidence: Confidence.high, evidence: [responseClaim(c), resetClaim(c, reset)] };
  },
};
