import { evidence } from '../evidence.ts';
import { noticedNear } from '../notice.ts';
import { Confidence, type Rule } from '../rule.ts';
import { ownEnding, requestClaim } from './reset-facts.ts';

/** A worker died: the kernel closed its connections in the middle of their exchanges. */
export const nginxWorkerKilled: Rule = {
  cause: 'nginx-worker-killed',
  see: 'nginx ngx_process_get_status, "exited on signal"; nginx-error-log case Z1; lab c25, c26',
  judge(c) {
    const end = ownEnding(c);
    if (c.entry !== null || end === null || c.exchange === null || c.before.fin[c.nginxSide]) return null;
    if (c.phase !== 'request' && c.phase !== 'waiting' && c.phase !== 'response') return null;
    const isLogged = noticedNear(c.notices, 'worker-killed', end.tsUs);
    const others = c.leg === 'client' ? c.surroundings.cutTogether(c.stream, end.tsUs) : 0;
    if (!isLogged && others === 0) return null;
    const cut = evidence(c.stream, "nginx's host ended the connection inside the exchange", end.frameNumber);
    const together = isLogged
      ? evidence(c.stream, 'the log says that a worker process exited on a signal at this time')
      : evidence(c.stream, `${others} more of nginx's connections were cut within 2.5 ms`);
    return {
      by: end.kind === 'rst' ? 'nginx' : null,
      confidence: isLogged ? Confidence.high : Confidence.low,
      evidence: [cut, together, requestClaim(c)],
      ...(isLogged ? {} : { rivals: [SHUTDOWN] }),
    };
  },
};

const SHUTDOWN = {
  cause: 'nginx-worker-shutdown-timeout',
  missing: 'the notices of nginx: error_log at notice or info',
};
