import { durationText, evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import {
  delayClaim,
  earlierPeerFin,
  endsInRace,
  idleBeforeRequestUs,
  peerFin,
  peerReset,
  requestAcknowledged,
  requestClaim,
  resetClaim,
} from './reset-facts.ts';

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
    if (!endsInRace(c, end, idleUs)) return null;
    const hadGone = end.kind === 'fin' || end.shape === 'stateless' || !requestAcknowledged(c);
    const previous = c.stream.exchanges.find((e) => e.index === exchange.index - 1);
    const idle = evidence(
      c.stream,
      `the connection had carried ${exchange.index} complete ${exchange.index === 1 ? 'exchange' : 'exchanges'} and been idle for ${durationText(idleUs)}`,
      previous?.responseFrame,
      exchange.requestFrame,
    );
    const fin = earlierPeerFin(c);
    const closed =
      fin === null
        ? []
        : [
            evidence(
              c.stream,
              `the upstream had sent FIN ${durationText(exchange.requestStartUs - fin.tsUs)} before the request`,
              fin.frameNumber,
            ),
          ];
    const ended =
      end.kind === 'rst'
        ? resetClaim(c, end)
        : evidence(c.stream, `the upstream closed${delayClaim(c)}`, end.frameNumber);
    return {
      by: end.kind === 'rst' ? 'upstream' : null,
      confidence: fin !== null ? Confidence.certain : hadGone ? Confidence.high : Confidence.medium,
      evidence: [idle, ...closed, requestClaim(c), ended],
      rivals: [
        { cause: 'upstream-max-requests-recycle', missing: 'three incidents after the same number of requests' },
      ],
    };
  },
};
