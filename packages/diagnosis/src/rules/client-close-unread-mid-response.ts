import { Confidence, type Rule } from '../rule.ts';
import { midResponse } from './mid-response.ts';

/** The client's socket was closed with response bytes unread in its kernel. */
export const clientCloseUnreadMidResponse: Rule = {
  cause: 'client-close-unread-mid-response',
  see: 'Linux __tcp_close; RFC 9293 SHLD-3; lab c01, c02',
  judge(c) {
    const shared = midResponse(c, true);
    if (shared === null) return null;
    const killed = { cause: 'client-process-killed', missing: 'a kill closes as close() does: see the client host' };
    return { by: 'client', confidence: Confidence.high, evidence: shared, rivals: [killed] };
  },
};
