import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { peerFin, requestClaim } from './reset-facts.ts';

/** A FIN while waiting, and then a RST against what came later: the client had closed altogether, it gave up. */
export const clientClosedWhileWaiting: Rule = {
  cause: 'client-timeout-abort',
  see: 'rst-causes section 5, fin-then-rst-answer; lab u30',
  judge(c) {
    const fin = peerFin(c);
    if (c.leg !== 'client' || fin === null || c.phase !== 'waiting') return null;
    const later = c.stream.endings.find((e) => e.kind === 'rst' && e.from === 'originator' && e.tsUs >= fin.tsUs);
    if (later === undefined) return null;
    const closed = evidence(
      c.stream,
      'the client closed its socket while nginx waited; later packets were answered with RST',
      fin.frameNumber,
      later.frameNumber,
    );
    return { by: null, confidence: Confidence.high, evidence: [requestClaim(c), closed] };
  },
};
