import { evidence } from '../evidence.ts';
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
