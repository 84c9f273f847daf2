import { durationText, evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { peerReset, resetClaim, silenceUs } from './reset-facts.ts';

/** Without a pause, or repeats, a bare RST has another story. */
const IDLE_MIN_US = 1_000_000;

/** An answer comes within a round trip (rst-causes section 0.1: and 50 ms); a second allows for any path. */
const ANSWER_US = 1_000_000;

/** The client's host answered our packet with a bare RST: it had forgotten the connection. */
export const clientHalfOpenReboot: Rule = {
  cause: 'client-half-open-reboot',
  see: 'RFC 9293 section 3.5.2 group 1; lab k05',
  judge(c) {
    const reset = peerReset(c);
    if (c.leg !== 'client' || reset?.shape !== 'stateless' || c.before.fin.originator) return null;
    if (c.phase !== 'response' && c.phase !== 'idle' && c.phase !== 'lingering') return null;
    const lastOfPeer = c.stream.segments.findLast((s) => s.from === 'originator' && s.frameNumber < reset.frameNumber);
    const pauseUs = Math.max(silenceUs(c), lastOfPeer === undefined ? 0 : reset.tsUs - lastOfPeer.tsUs);
    const provoking = c.stream.segments.findLast((s) => s.from === 'responder' && s.frameNumber < reset.frameNumber);
    if (pauseUs < IDLE_MIN_US || provoking === undefined || reset.tsUs - provoking.tsUs > ANSWER_US) return null;
    const answered = evidence(
      c.stream,
      `the RST answered a packet of nginx after ${durationText(pauseUs)} without a packet from the client`,
      provoking.frameNumber,
      reset.frameNumber,
    );
    const rivals = [
      { cause: 'lb-idle-timeout-reset', missing: 'a TTL that tells a device in the path from the client' },
      { cause: 'conntrack-expired-reject', missing: 'a TTL that tells a device in the path from the client' },
    ];
    return { by: 'client', confidence: Confidence.medium, evidence: [resetClaim(c, reset), answered], rivals };
  },
};
