import type { CaseFile } from '../case-file.ts';
import { evidence } from '../evidence.ts';
import { Confidence, type Finding, type Rule } from '../rule.ts';
import { peerFin, peerReset, requestClaim } from './reset-facts.ts';

/** Two others with this one make a group (docs/verdicts.md: several connections in the same millisecond). */
const OTHERS_MIN = 1;

function judgeGroup(c: CaseFile, cause: 'listener' | 'worker'): Finding | null {
  const end = peerReset(c) ?? peerFin(c);
  if (c.leg !== 'upstream' || end === null || c.exchange === null || c.exchange.responseState !== 'none') return null;
  const others = c.surroundings.diedTogether(c.stream, end.tsUs);
  if (others < OTHERS_MIN || end.shape === 'stateless') return null;
  const refused = c.surroundings.refusedSoonAfter(c.stream.responder, end.tsUs);
  if (refused !== (cause === 'listener')) return null;
  const group = evidence(
    c.stream,
    `${others + 1} connections of ${c.stream.responder.address}:${c.stream.responder.port} ended within 5 ms`,
    end.frameNumber,
  );
  const after = evidence(c.stream, 'the same port refused new connections afterwards', end.frameNumber);
  const shared = [requestClaim(c), group] as const;
  return {
    by: end.kind === 'rst' ? 'upstream' : null,
    confidence: Confidence.medium,
    evidence: refused ? [...shared, after] : [...shared],
  };
}

/** A restart: the listening socket was closed with connections waiting in its queue. */
export const upstreamListenerClosed: Rule = {
  cause: 'upstream-listener-closed',
  see: 'Linux inet_csk_listen_stop; lab k08',
  judge: (c) => judgeGroup(c, 'listener'),
};

/** A process died and took its connections with it. */
export const upstreamWorkerCrash: Rule = {
  cause: 'upstream-worker-crash',
  see: 'gunicorn arbiter, PHP-FPM request_terminate_timeout; lab k14, k15, u15',
  judge: (c) => judgeGroup(c, 'worker'),
};
