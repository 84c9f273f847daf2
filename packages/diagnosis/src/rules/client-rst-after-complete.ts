import { Confidence, type Rule } from '../rule.ts';
import { afterComplete } from './after-complete.ts';

/** Response complete and acknowledged; the client resets instead of closing. The column's first case. */
export const clientRstAfterComplete: Rule = {
  cause: 'client-rst-after-complete',
  see: 'nginx ngx_http_lingering_close_handler, ngx_http_keepalive_handler; lab c04, c34, C16',
  judge(c) {
    const shared = afterComplete(c, false);
    if (shared === null) return null;
    const rivals = [
      { cause: 'client-acked-but-unread', missing: 'a few unread bytes do not move the window in the RST' },
    ];
    const tls = { cause: 'tls-abrupt-close', missing: 'whether the last record was close_notify is encrypted' };
    return {
      by: 'client',
      confidence: Confidence.high,
      evidence: shared,
      rivals: c.stream.protocol === 'tls' ? [...rivals, tls] : rivals,
    };
  },
};
