import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { borneClaim, peerName, peerReset, ttlIsForeign } from './reset-facts.ts';

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
    const rivals = [
      { cause: 'ids-injected-rst', missing: 'a capture beyond the device: was the packet dropped there?' },
    ];
    return { by: 'middlebox', confidence: Confidence.medium, evidence: [borneClaim(c, reset), ttl], rivals };
  },
};
