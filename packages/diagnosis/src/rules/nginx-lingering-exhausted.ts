import { durationText, evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { ownEnding, requestClaim, responseClaim } from './reset-facts.ts';

/** nginx had answered and the client went on sending its request: after lingering_time nginx reset it. */
export const nginxLingeringExhausted: Rule = {
  cause: 'nginx-lingering-exhausted',
  see: 'RFC 9112 section 9.6; nginx lingering_time, lingering_timeout; lab c13',
  judge(c) {
    const reset = ownEnding(c);
    const e = c.exchange;
    if (c.leg !== 'client' || reset?.kind !== 'rst' || e === null || e.responseState !== 'complete') return null;
    if (e.requestState === 'complete' && !e.earlyResponse) return null;
    const sinceUs = e.responseEndUs === null ? 0 : reset.tsUs - e.responseEndUs;
    const exhausted = evidence(
      c.stream,
      `nginx sent RST ${durationText(sinceUs)} after its answer, while the request was still coming`,
      reset.frameNumber,
    );
    return { by: 'nginx', confidence: Confidence.high, evidence: [requestClaim(c), responseClaim(c), exhausted] };
  },
};
