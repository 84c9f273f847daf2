import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { ownEnding, requestClaim } from './reset-facts.ts';

/** The client left first; nginx closed the upstream connection after it. The client's end is the root. */
export const nginxClosesUpstreamAfterClientAbort: Rule = {
  cause: 'nginx-closes-upstream-after-client-abort',
  see: 'nginx proxy_ignore_client_abort; lab u29, u30, u31',
  judge(c) {
    const end = c.stream.endings.find((e) => e.from === c.nginxSide);
    if (c.leg !== 'upstream' || c.entry !== null || end === undefined) return null;
    const { exchange } = end.before;
    if (exchange === null || exchange.responseState === 'complete') return null;
    if (!c.surroundings.clientLeft(c.stream, exchange.target, end.tsUs)) return null;
    const after = evidence(
      c.stream,
      'nginx ended the connection right after a client had left inside the same exchange',
      end.frameNumber,
    );
    return {
      by: ownEnding(c)?.kind === 'rst' ? 'nginx' : null,
      confidence: Confidence.high,
      evidence: [requestClaim(c), after],
    };
  },
};
