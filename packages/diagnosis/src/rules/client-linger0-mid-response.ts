import { Confidence, type Rule } from '../rule.ts';
import { midResponse } from './mid-response.ts';

/** The client aborted inside the response with nothing visibly unread. */
export const clientLinger0MidResponse: Rule = {
  cause: 'client-linger0-mid-response',
  see: 'Linux tcp_disconnect; lab c04',
  judge(c) {
    const shared = midResponse(c, false);
    if (shared === null) return null;
    const rivals = [
      {
        cause: 'client-close-unread-mid-response',
        missing: 'a few unread bytes do not move the window in the RST; the client kernel would know the reason',
      },
      { cause: 'client-process-killed', missing: 'a kill closes as close() does: see the client host' },
    ];
    return { by: 'client', confidence: Confidence.medium, evidence: shared, rivals };
  },
};
