import type { Rule } from '../rule.ts';
import { abortRivals } from './abort-rivals.ts';
import { diedTogether } from './died-together.ts';

/** A process died and took its connections with it. */
export const upstreamWorkerCrash: Rule = {
  cause: 'upstream-worker-crash',
  see: 'gunicorn arbiter, PHP-FPM request_terminate_timeout; lab k14, k15, u15',
  judge(c) {
    return diedTogether(c, false, abortRivals(this.cause));
  },
};
