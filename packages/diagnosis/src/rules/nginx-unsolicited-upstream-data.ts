import type { CaseFile } from '../case-file.ts';
import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { ownEnding, resetClaim } from './reset-facts.ts';

/** Bytes on an idle cached connection: nginx closes it with them unread. */
export const nginxUnsolicitedUpstreamData: Rule = {
  cause: 'nginx-unsolicited-upstream-data',
  see: 'nginx ngx_http_upstream_keepalive_close_handler; lab u19',
  judge(c) {
    const reset = ownEnding(c);
    if (c.leg !== 'upstream' || c.entry !== null || reset?.kind !== 'rst' || reset.shape !== 'active') return null;
    const unaskedLen = unaskedBytes(c);
    if (unaskedLen === 0) return null;
    const unasked = evidence(
      c.stream,
      `the upstream sent ${unaskedLen} bytes after the complete response, unasked`,
      reset.frameNumber,
    );
    return { by: 'nginx', confidence: Confidence.high, evidence: [unasked, resetClaim(c, reset)] };
  },
};

/** Bytes from the upstream since the last response that nginx had asked for; 0 while a request is unanswered. */
function unaskedBytes(c: CaseFile): number {
  const answered = c.stream.exchanges.findLast((e) => e.responseState === 'complete' && e.requestEnd !== null);
  if (answered?.requestEnd !== c.before.sent.originator || answered.responseEnd === null) return 0;
  return c.before.sent.responder - answered.responseEnd;
}
