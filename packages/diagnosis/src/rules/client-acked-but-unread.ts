import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { afterComplete } from './after-complete.ts';

/** Response complete and acknowledged by the client's kernel, but its application had bytes unread. */
export const clientAckedButUnread: Rule = {
  cause: 'client-acked-but-unread',
  see: 'Linux __tcp_close; lab c05, c33',
  judge(c) {
    const shared = afterComplete(c, true);
    if (shared === null) return null;
    const window = evidence(
      c.stream,
      `the window grew to ${c.ending?.window} in the RST: bytes were unread when the client closed`,
      c.ending?.frameNumber,
    );
    return { by: 'client', confidence: Confidence.medium, evidence: [...shared, window] };
  },
};
