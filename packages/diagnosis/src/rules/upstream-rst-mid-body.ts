import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { peerReset, requestClaim, resetClaim, responseClaim } from './reset-facts.ts';

/** Reset inside the response body. */
export const upstreamRstMidBody: Rule = {
  cause: 'upstream-rst-mid-body',
  see: 'nginx ngx_event_pipe; RFC 9112 section 8; lab u08, u10',
  judge(c) {
    const reset = peerReset(c);
    const e = c.exchange;
    if (c.leg !== 'upstream' || reset === null || e?.responseState !== 'partial' || !e.responseHeaderDone) return null;
    const announced =
      e.contentLength === null
        ? 'the last chunk was not sent'
        : `the response announced a body of ${e.contentLength} bytes`;
    return {
      by: 'upstream',
      confidence: Confidence.high,
      evidence: [
        requestClaim(c),
        evidence(c.stream, announced, e.responseFrame),
        responseClaim(c),
        resetClaim(c, reset),
      ],
    };
  },
};
