import type { CaseFile } from '../case-file.ts';
import { evidence } from '../evidence.ts';
import { Confidence, type Finding, type Rule } from '../rule.ts';
import { peerReset, resetClaim, responseClaim } from './reset-facts.ts';

function judgeMidResponse(c: CaseFile, unread: boolean): Finding | null {
  const reset = peerReset(c);
  if (c.leg !== 'client' || reset === null || c.phase !== 'response' || reset.windowGrew !== unread) return null;
  const last = c.stream.segments.findLast((s) => s.from === 'originator' && s.frameNumber < reset.frameNumber);
  const window = unread
    ? `its window grew from ${last?.window ?? 0} to ${reset.window} in the RST: it closed with bytes unread`
    : 'its window did not grow in the RST: nothing unread shows';
  return {
    by: 'client',
    confidence: unread ? Confidence.high : Confidence.medium,
    evidence: [
      responseClaim(c),
      resetClaim(c, reset),
      evidence(c.stream, window, last?.frameNumber, reset.frameNumber),
    ],
  };
}

/** The client's socket was closed with response bytes unread in its kernel. */
export const clientCloseUnreadMidResponse: Rule = {
  cause: 'client-close-unread-mid-response',
  see: 'Linux __tcp_close; RFC 9293 SHLD-3; lab c01, c02',
  judge: (c) => judgeMidResponse(c, true),
};

/** The client aborted inside the response with nothing visibly unread. */
export const clientLinger0MidResponse: Rule = {
  cause: 'client-linger0-mid-response',
  see: 'Linux tcp_disconnect; lab c04',
  judge: (c) => judgeMidResponse(c, false),
};
