import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { SCAN_PORTS } from '../surroundings.ts';
import { peerReset, resetClaim } from './reset-facts.ts';

/** The same address tried many ports, and sent no byte here. */
export const portScan: Rule = {
  cause: 'port-scan',
  see: 'Cloudflare Radar, Post-SYN and Post-ACK resets; lab k17',
  judge(c) {
    const reset = peerReset(c);
    if (c.leg !== 'client' || reset === null || c.phase !== 'handshake') return null;
    if (c.surroundings.portsTriedBy(c.stream.originator.address) < SCAN_PORTS) return null;
    const tried = evidence(
      c.stream,
      `${c.stream.originator.address} sent SYNs to ${SCAN_PORTS} ports or more in this capture`,
      c.stream.firstFrame,
    );
    const rivals = [{ cause: 'probe-connect-rst', missing: 'a list of the addresses that check health' }];
    return { by: 'client', confidence: Confidence.medium, evidence: [resetClaim(c, reset), tried], rivals };
  },
};
