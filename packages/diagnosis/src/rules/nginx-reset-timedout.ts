import { durationText, evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { ownEnding, silenceUs } from './reset-facts.ts';

/** The shortest timeout that anybody sets (nginx takes whole seconds in most configurations). */
const TIMEOUT_MIN_US = 900_000;

/** nginx itself reset a client that made no progress (reset_timedout_connection on). */
export const nginxResetTimedout: Rule = {
  cause: 'nginx-reset-timedout',
  see: 'nginx ngx_http_free_request, SO_LINGER 0; nginx-error-log cases N1, N2; lab c15',
  judge(c) {
    const reset = ownEnding(c);
    if (reset?.kind !== 'rst' || reset.shape !== 'active' || c.leg !== 'client') return null;
    const stalled =
      c.entry === null && (c.phase === 'request' || c.phase === 'response') && silenceUs(c) >= TIMEOUT_MIN_US;
    if (c.kind !== 'client-timed-out' && !stalled) return null;
    const what =
      c.phase === 'request' ? 'nginx waited for the rest of the request' : 'the response waited for the client';
    const own = evidence(
      c.stream,
      `nginx's own socket sent RST after ${durationText(silenceUs(c))} in which ${what}`,
      reset.frameNumber,
    );
    return { by: 'nginx', confidence: Confidence.high, evidence: [own] };
  },
};
