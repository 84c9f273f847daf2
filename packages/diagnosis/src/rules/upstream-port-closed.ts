import { Confidence, type Rule } from '../rule.ts';
import { peerReset, resetClaim } from './reset-facts.ts';

/** The SYN was refused: nothing listens there. Without a TTL baseline a firewall's reject looks the same. */
export const upstreamPortClosed: Rule = {
  cause: 'upstream-port-closed',
  see: 'RFC 9293 section 3.5.2 group 1; lab k01, u01',
  judge(c) {
    const reset = peerReset(c);
    if (c.leg !== 'upstream' || reset?.shape !== 'refuse') return null;
    const baseline = c.surroundings.ttlIsUsual(c.stream.responder.address, reset.ttl);
    return {
      by: 'upstream',
      confidence: baseline === true ? Confidence.certain : Confidence.high,
      evidence: [resetClaim(c, reset)],
      ...(baseline === null ? { rivals: [FIREWALL] } : {}),
    };
  },
};

const FIREWALL = { cause: 'firewall-reject-syn', missing: 'another packet of that host, to compare its TTL with' };
