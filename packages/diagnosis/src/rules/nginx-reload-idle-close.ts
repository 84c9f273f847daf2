import { evidence } from '../evidence.ts';
import { noticedNear } from '../notice.ts';
import { Confidence, type Rule } from '../rule.ts';
import { earlierOwnFin, resetClaim } from './reset-facts.ts';

/** A reload closed an idle connection; what the client still sent was answered with RST. */
export const nginxReloadIdleClose: Rule = {
  cause: 'nginx-reload-idle-close',
  see: 'nginx ngx_close_idle_connections; lab c27',
  judge(c) {
    const fin = earlierOwnFin(c);
    if (c.leg !== 'client' || c.entry !== null || fin === null || c.ending?.kind !== 'rst') return null;
    const { exchange } = fin.before;
    if (exchange?.responseState !== 'complete' || !noticedNear(c.notices, 'worker-draining', fin.tsUs)) return null;
    const closed = evidence(
      c.stream,
      'nginx closed the idle connection while a worker was shutting down',
      fin.frameNumber,
    );
    return {
      by: c.ending.from === c.nginxSide ? 'nginx' : 'client',
      confidence: Confidence.high,
      evidence: [closed, resetClaim(c, c.ending)],
    };
  },
};
