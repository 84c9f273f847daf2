import type { CaseFile } from '../case-file.ts';
import { evidence } from '../evidence.ts';
import { Confidence, type Finding, type Rule } from '../rule.ts';
import { delayClaim, peerFin, peerReset, requestClaim, responseClaim } from './reset-facts.ts';

/** The client gave up while nginx was waiting for the answer: its own timeout, or a user who left. */
export const clientTimeoutAbort: Rule = {
  cause: 'client-timeout-abort',
  see: 'nginx ngx_http_upstream_check_broken_connection; rst-causes section 5, fin-then-rst-answer; lab u30, u31',
  judge(c) {
    if (c.leg !== 'client' || c.phase !== 'waiting') return null;
    return byReset(c) ?? byClose(c);
  },
};

function byReset(c: CaseFile): Finding | null {
  const reset = peerReset(c);
  if (reset === null) return null;
  const gaveUp = evidence(c.stream, `the client reset the connection${delayClaim(c)}`, reset.frameNumber);
  return { by: 'client', confidence: Confidence.high, evidence: [requestClaim(c), responseClaim(c), gaveUp] };
}

/** A FIN, and then a RST against what came later: the client had closed altogether. */
function byClose(c: CaseFile): Finding | null {
  const fin = peerFin(c);
  if (fin === null) return null;
  const later = c.stream.endings.find((e) => e.kind === 'rst' && e.from === 'originator' && e.tsUs >= fin.tsUs);
  if (later === undefined) return null;
  const closed = evidence(
    c.stream,
    'the client closed its socket while nginx waited; later packets were answered with RST',
    fin.frameNumber,
    later.frameNumber,
  );
  return { by: null, confidence: Confidence.high, evidence: [requestClaim(c), closed] };
}
