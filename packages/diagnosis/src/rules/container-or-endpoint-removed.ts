import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { peerReset, requestClaim, resetClaim } from './reset-facts.ts';

/** The upstream's host had no such socket any more, and other connections of it ended, or were refused, at the same time. */
export const containerOrEndpointRemoved: Rule = {
  cause: 'container-or-endpoint-removed',
  see: 'lab u33',
  judge(c) {
    const reset = peerReset(c);
    if (c.leg !== 'upstream' || reset?.shape !== 'stateless' || c.exchange === null) return null;
    if (c.before.fin.responder || c.exchange.responseState === 'complete') return null;
    const refused = c.surroundings.refusedSoonAfter(c.stream.responder, reset.tsUs);
    const others = c.surroundings.diedTogether(c.stream, reset.tsUs);
    if (!refused && others === 0) return null;
    const gone = refused
      ? evidence(c.stream, 'the same port refused new connections afterwards', reset.frameNumber)
      : evidence(c.stream, `${others} more connections of the same server ended within 2.5 ms`, reset.frameNumber);
    const rivals = [{ cause: 'upstream-listener-closed', missing: 'the events of the orchestrator' }];
    return {
      by: 'upstream',
      confidence: Confidence.medium,
      evidence: [requestClaim(c), resetClaim(c, reset), gone],
      rivals,
    };
  },
};
