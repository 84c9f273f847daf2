import { durationText, evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { mayBeReturned, ownEnding, requestClaim } from './reset-facts.ts';

/** nginx closed right after the request, without a byte of an answer. */
export const nginxReturn444: Rule = {
  cause: 'nginx-return-444',
  see: 'nginx ngx_http_finalize_request, NGX_HTTP_CLOSE; nginx-error-log case N4b; lab c16, c17',
  judge(c) {
    const end = ownEnding(c);
    const e = c.exchange;
    if (end === null || e === null || !mayBeReturned(c)) return null;
    const closed = evidence(
      c.stream,
      `nginx closed the connection ${durationText(end.tsUs - e.requestStartUs)} after the request began, without an answer`,
      end.frameNumber,
    );
    const rivals = [
      { cause: 'proxy-protocol-mismatch-client', missing: 'a line "broken header ... while reading PROXY protocol"' },
      { cause: 'nginx-worker-killed', missing: 'a line "worker process exited on signal"' },
    ];
    return {
      by: end.kind === 'rst' ? 'nginx' : null,
      confidence: Confidence.medium,
      evidence: [requestClaim(c), closed],
      rivals,
    };
  },
};
