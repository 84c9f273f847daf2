import { Confidence, type Rule } from '../rule.ts';
import { peerReset, requestClaim, resetClaim, responseClaim } from './reset-facts.ts';

/** Reset inside the response header section. */
export const upstreamRstMidHeaders: Rule = {
  cause: 'upstream-rst-mid-headers',
  see: 'nginx ngx_http_upstream_process_header; lab u07',
  judge(c) {
    const reset = peerReset(c);
    const e = c.exchange;
    if (c.leg !== 'upstream' || reset === null || e?.responseState !== 'partial' || e.responseHeaderDone) return null;
    return {
      by: 'upstream',
      confidence: Confidence.high,
      evidence: [requestClaim(c), responseClaim(c), resetClaim(c, reset)],
    };
  },
};
