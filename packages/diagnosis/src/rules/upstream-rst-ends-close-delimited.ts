import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { peerReset, resetClaim, responseClaim } from './reset-facts.ts';

/** A body without Content-Length or chunks, ended by RST instead of FIN. */
export const upstreamRstEndsCloseDelimited: Rule = {
  cause: 'upstream-rst-ends-close-delimited',
  see: 'RFC 9112 section 8; lab u12',
  judge(c) {
    const reset = peerReset(c);
    const e = c.exchange;
    if (c.leg !== 'upstream' || reset === null || e?.responseState !== 'partial' || !e.closeDelimited) return null;
    const open = evidence(
      c.stream,
      'the response announced no length: only a FIN would have ended it properly',
      e.responseFrame,
    );
    return { by: 'upstream', confidence: Confidence.high, evidence: [open, responseClaim(c), resetClaim(c, reset)] };
  },
};
