import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { borneClaim, peerReset, ttlIsForeign } from './reset-facts.ts';

/** The same refusal, but from a nearer host: only the TTL tells a firewall from the server itself. */
export const firewallRejectSyn: Rule = {
  cause: 'firewall-reject-syn',
  see: 'lab k11: byte-identical RST except TTL',
  judge(c) {
    const reset = peerReset(c);
    if (c.leg !== 'upstream' || reset?.shape !== 'refuse' || !ttlIsForeign(c, reset)) return null;
    const ttl = evidence(
      c.stream,
      `the RST came with TTL ${reset.ttl}, which no other packet of that host has`,
      reset.frameNumber,
    );
    return { by: 'middlebox', confidence: Confidence.high, evidence: [borneClaim(c, reset), ttl] };
  },
};
