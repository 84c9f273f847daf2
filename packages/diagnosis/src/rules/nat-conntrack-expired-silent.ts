import { durationText, evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { idleBeforeRequestUs, requestClaim } from './reset-facts.ts';

/** A pause that a device may take for the end (the shortest known timeouts are a minute; some are set lower). */
const IDLE_MIN_US = 10_000_000;

/** After a pause our packets were dropped: repeated, never answered. */
export const natConntrackExpiredSilent: Rule = {
  cause: 'nat-conntrack-expired-silent',
  see: 'lab k24',
  judge(c) {
    const idleUs = idleBeforeRequestUs(c);
    const e = c.exchange;
    if (c.leg !== 'upstream' || c.kind !== 'upstream-timed-out' || e === null || idleUs === null) return null;
    if (idleUs < IDLE_MIN_US || e.responseState !== 'none' || c.before.acked.originator > e.requestStart) return null;
    const sent = c.stream.segments.filter((s) => s.from === 'originator' && s.frameNumber >= e.requestFrame);
    const again = sent.filter((s) => s.payloadLen > 0 && s.seq === sent[0]?.seq);
    if (again.length < 2) return null;
    const repeated = evidence(
      c.stream,
      `after ${durationText(idleUs)} of silence the request was sent ${again.length} times and never acknowledged`,
      ...again.map((s) => s.frameNumber),
    );
    return { by: null, confidence: Confidence.high, evidence: [requestClaim(c), repeated] };
  },
};
