import type { CaseFile } from '../case-file.ts';
import { evidence } from '../evidence.ts';
import { Confidence, type Finding, type Rule } from '../rule.ts';
import { peerReset, requestClaim, resetClaim, responseClaim } from './reset-facts.ts';

function judgeAfterComplete(c: CaseFile, unread: boolean): Finding | null {
  const reset = peerReset(c);
  if (c.leg !== 'client' || reset === null || reset.windowGrew !== unread) return null;
  if (c.phase !== 'idle' && c.phase !== 'lingering') return null;
  const fin = c.stream.endings.find((e) => e.kind === 'fin' && e.from === 'responder');
  const close =
    fin === undefined || c.phase === 'idle'
      ? evidence(
          c.stream,
          'the connection was kept open for further requests; the client reset it instead of closing it',
          reset.frameNumber,
        )
      : evidence(
          c.stream,
          'nginx had sent FIN; the client answered with RST instead of its own FIN',
          fin.frameNumber,
          reset.frameNumber,
        );
  const window = evidence(
    c.stream,
    `the window grew to ${reset.window} in the RST: bytes were unread when the client closed`,
    reset.frameNumber,
  );
  const shared = [requestClaim(c), responseClaim(c), resetClaim(c, reset), close] as const;
  return {
    by: 'client',
    confidence: unread ? Confidence.medium : Confidence.high,
    evidence: unread ? [...shared, window] : [...shared],
  };
}

/** Response complete and acknowledged by the client's kernel, but its application had bytes unread. */
export const clientAckedButUnread: Rule = {
  cause: 'client-acked-but-unread',
  see: 'Linux __tcp_close; lab c05, c33',
  judge: (c) => judgeAfterComplete(c, true),
};

/** Response complete and acknowledged; the client resets instead of closing. The column's first case. */
export const clientRstAfterComplete: Rule = {
  cause: 'client-rst-after-complete',
  see: 'nginx ngx_http_lingering_close_handler, ngx_http_keepalive_handler; lab c04, c34, C16',
  judge: (c) => judgeAfterComplete(c, false),
};
