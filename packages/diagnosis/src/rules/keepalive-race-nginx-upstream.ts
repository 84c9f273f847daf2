import { durationText, evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import {
  delayClaim,
  idleBeforeRequestUs,
  peerFin,
  peerReset,
  requestAcknowledged,
  requestClaim,
  resetClaim,
} from './reset-facts.ts';

/** A live application cannot read a request and decide to abort faster than this on an idle connection (measured: races end within 2 ms). */
const RACE_US = 10_000;
/** On busy hosts a race shows later: after a real idle time this much is still taken for one (measured: aborts by applications take longer). */
const LATE_RACE_US = 25_000;
const REAL_IDLE_US = 200_000;

/** nginx sent a request on a cached connection that the upstream was closing: no byte of an answer, at once. */
export const keepaliveRaceNginxUpstream: Rule = {
  cause: 'keepalive-race-nginx-upstream',
  see: 'RFC 9112 section 9.5; lab u17, u18, u33',
  judge(c) {
    const end = peerReset(c) ?? peerFin(c);
    const idleUs = idleBeforeRequestUs(c);
    const exchange = c.exchange;
    if (c.leg !== 'upstream' || end === null || exchange === null || idleUs === null) return null;
    if (exchange.responseState !== 'none') return null;
    const quick = end.tsUs - exchange.requestStartUs <= (idleUs >= REAL_IDLE_US ? LATE_RACE_US : RACE_US);
    const noSocket = end.shape === 'stateless';
    if (!quick && !noSocket) return null;
    const previous = c.stream.exchanges.find((e) => e.index === exchange.index - 1);
    const idle = evidence(
      c.stream,
      `the connection had carried ${exchange.index} complete ${exchange.index === 1 ? 'exchange' : 'exchanges'} and been idle for ${durationText(idleUs)}`,
      previous?.responseFrame,
      exchange.requestFrame,
    );
    const ended =
      end.kind === 'rst'
        ? resetClaim(c, end)
        : evidence(c.stream, `the upstream closed${delayClaim(c)}`, end.frameNumber);
    return {
      by: end.kind === 'rst' ? 'upstream' : null,
      confidence: noSocket || !requestAcknowledged(c) || end.kind === 'fin' ? Confidence.high : Confidence.medium,
      evidence: [idle, requestClaim(c), ended],
    };
  },
};
