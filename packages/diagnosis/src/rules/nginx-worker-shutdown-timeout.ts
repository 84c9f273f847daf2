import { evidence } from '../evidence.ts';
import { noticedBefore, noticedNear } from '../notice.ts';
import { Confidence, type Rule } from '../rule.ts';
import { mayBeReturned, ownEnding, requestClaim } from './reset-facts.ts';

/** A worker that had been told to go closed what was left: worker_shutdown_timeout, or a fast shutdown. */
export const nginxWorkerShutdownTimeout: Rule = {
  cause: 'nginx-worker-shutdown-timeout',
  see: 'nginx worker_shutdown_timeout; nginx-error-log case B7; lab c28, c29',
  judge(c) {
    const end = ownEnding(c);
    if (c.entry !== null || end === null || c.exchange === null || c.before.fin[c.nginxSide]) return null;
    if (c.phase !== 'request' && c.phase !== 'waiting' && c.phase !== 'response') return null;
    const isGone = noticedNear(c.notices, 'worker-gone', end.tsUs) || noticedNear(c.notices, 'terminating', end.tsUs);
    const told =
      noticedBefore(c.notices, 'worker-draining', end.tsUs) || noticedBefore(c.notices, 'terminating', end.tsUs);
    if (!isGone || !told) return null;
    if (mayBeReturned(c) && c.surroundings.cutTogether(c.stream, end.tsUs) === 0) return null;
    const cut = evidence(c.stream, 'nginx closed the connection inside the exchange', end.frameNumber);
    const notice = evidence(c.stream, 'the log says that a worker was shutting down, and exited at this time');
    return {
      by: end.kind === 'rst' ? 'nginx' : null,
      confidence: Confidence.high,
      evidence: [requestClaim(c), cut, notice],
    };
  },
};
