import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { peerName, peerReset, resetClaim, ttlIsForeign } from './reset-facts.ts';

/** An established flow was rejected: a bare RST from a nearer host while the peer was still acknowledging. */
export const firewallMidflowReject: Rule = {
  cause: 'firewall-midflow-reject',
  see: 'lab k12',
  judge(c) {
    const reset = peerReset(c);
    if (reset?.shape !== 'stateless' || !ttlIsForeign(c, reset)) return null;
    const ttl = evidence(
      c.stream,
      `the RST came with TTL ${reset.ttl}, ${peerName(c)}'s other packets have another`,
      reset.frameNumber,
    );
    return { by: 'middlebox', confidence: Confidence.medium, evidence: [resetClaim(c, reset), ttl] };
  },
};
