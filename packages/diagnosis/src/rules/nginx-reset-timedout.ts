import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';

/** nginx itself reset a client that made no progress (reset_timedout_connection on). */
export const nginxResetTimedout: Rule = {
  cause: 'nginx-reset-timedout',
  see: 'nginx ngx_http_free_request, SO_LINGER 0; lab c15',
  judge(c) {
    const reset = c.ending;
    if (reset?.kind !== 'rst' || reset.from !== c.nginxSide || c.leg !== 'client') return null;
    if (c.kind !== 'client-timed-out' && c.entry !== null) return null;
    const own = evidence(
      c.stream,
      "nginx's own socket sent RST while the response was waiting for the client",
      reset.frameNumber,
    );
    return { by: 'nginx', confidence: Confidence.high, evidence: [own] };
  },
};
