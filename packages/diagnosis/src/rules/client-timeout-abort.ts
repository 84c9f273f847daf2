import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { delayClaim, peerReset, requestClaim, responseClaim } from './reset-facts.ts';

/** The client gave up while nginx was waiting for the answer: its own timeout, or a user who left. */
export const clientTimeoutAbort: Rule = {
  cause: 'client-timeout-abort',
  see: 'nginx ngx_http_upstream_check_broken_connection; lab u30, u31',
  judge(c) {
    const reset = peerReset(c);
    if (c.leg !== 'client' || reset === null || c.phase !== 'waiting') return null;
    const gaveUp = evidence(c.stream, `the client reset the connection${delayClaim(c)}`, reset.frameNumber);
    return { by: 'client', confidence: Confidence.high, evidence: [requestClaim(c), responseClaim(c), gaveUp] };
  },
};
