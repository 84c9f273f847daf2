import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { endsInRace, idleBeforeRequestUs, peerFin, peerReset, requestClaim } from './reset-facts.ts';

/** Connections with the same number of requests that make a limit (rst-causes: three incidents). */
const SAMPLES_MIN = 3;
/** An idle timeout ends connections after any number of requests; a limit nearly always after the same. */
const SHARE_MIN = 0.75;
/** One request per connection is no recycling. */
const REQUESTS_MIN = 2;

/** The server ends every connection after the same number of requests, without announcing it. */
export const upstreamMaxRequestsRecycle: Rule = {
  cause: 'upstream-max-requests-recycle',
  see: 'gunicorn max_requests; Tomcat maxKeepAliveRequests',
  judge(c) {
    const end = peerReset(c) ?? peerFin(c);
    const e = c.exchange;
    const idleUs = idleBeforeRequestUs(c);
    if (c.leg !== 'upstream' || end === null || e === null || idleUs === null) return null;
    if (e.responseState !== 'none' || e.index < REQUESTS_MIN || !endsInRace(c, end, idleUs)) return null;
    const alike = c.surroundings.closedAfter(c.stream.responder, e.index);
    const all = c.surroundings.closedAfterAny(c.stream.responder);
    if (alike < SAMPLES_MIN || alike < SHARE_MIN * all) return null;
    const same = evidence(
      c.stream,
      `${alike} of the ${all} connections that this server ended did so after exactly ${e.index} complete exchanges`,
      end.frameNumber,
    );
    const rivals = [{ cause: 'keepalive-race-nginx-upstream', missing: "the server's own settings" }];
    return {
      by: end.kind === 'rst' ? 'upstream' : null,
      confidence: Confidence.medium,
      evidence: [requestClaim(c), same],
      rivals,
    };
  },
};
