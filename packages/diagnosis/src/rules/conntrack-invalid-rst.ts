import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { borneClaim, peerReset } from './reset-facts.ts';

/** A bare RST into a flow that both sides were using, after repeated segments: NAT had declared one of them invalid. */
export const conntrackInvalidRst: Rule = {
  cause: 'conntrack-invalid-rst',
  see: 'Kubernetes issues 74839, 117924',
  judge(c) {
    const reset = peerReset(c);
    if (reset?.shape !== 'stateless' || c.phase !== 'response' || c.before.fin[reset.from]) return null;
    const { originator, responder } = c.stream.halves;
    if (originator.retransmissions + responder.retransmissions === 0) return null;
    const recent = c.before.lastPayloadUs !== null && reset.tsUs - c.before.lastPayloadUs < BUSY_US;
    if (!recent) return null;
    const busy = evidence(
      c.stream,
      'data was flowing, with repeated segments, when a host without the connection sent RST',
      reset.frameNumber,
    );
    const rivals = [{ cause: 'client-half-open-reboot', missing: 'a capture on the other side of the NAT' }];
    return {
      by: 'middlebox',
      confidence: Confidence.low,
      evidence: [borneClaim(c, reset), busy],
      rivals:
        c.leg === 'client' ? rivals : [{ cause: 'container-or-endpoint-removed', missing: rivals[0]?.missing ?? '' }],
    };
  },
};

/** Data this recent means that the flow was in use (chosen: a few round trips). */
const BUSY_US = 1_000_000;
