import type { Rule } from '../rule.ts';
import { abortRivals } from './abort-rivals.ts';
import { diedTogether } from './died-together.ts';

/** A restart: the listening socket was closed with connections waiting in its queue. */
export const upstreamListenerClosed: Rule = {
  cause: 'upstream-listener-closed',
  see: 'Linux inet_csk_listen_stop; lab k08',
  judge(c) {
    return diedTogether(c, true, abortRivals(this.cause));
  },
};
