import { durationText, evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { earlierOwnFin, ownEnding, requestClaim, resetClaim } from './reset-facts.ts';

/** The client sent a request on a connection that nginx was just closing: the kernel answered it with RST. */
export const keepaliveRaceClientNginx: Rule = {
  cause: 'keepalive-race-client-nginx',
  see: 'RFC 9112 section 9.5; nginx-error-log cases N5, B6; lab c06, c27',
  judge(c) {
    const reset = ownEnding(c);
    const fin = earlierOwnFin(c);
    const e = c.exchange;
    if (c.leg !== 'client' || reset?.shape !== 'stateless' || fin === null || e === null) return null;
    if (e.index === 0 || e.responseState !== 'none') return null;
    const previous = fin.before.lastPayloadUs;
    const idleText = previous === null ? '' : ` after ${durationText(fin.tsUs - previous)} without a request`;
    const closed = evidence(c.stream, `nginx had closed the idle connection${idleText}`, fin.frameNumber);
    return { by: 'nginx', confidence: Confidence.high, evidence: [closed, requestClaim(c), resetClaim(c, reset)] };
  },
};
