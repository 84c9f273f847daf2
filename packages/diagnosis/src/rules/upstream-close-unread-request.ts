import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { abortRivals } from './abort-rivals.ts';
import { peerReset, requestClaim, resetClaim } from './reset-facts.ts';

/** Closed with the request, or a part of it, unread: the window grew, or the request was still being sent. */
export const upstreamCloseUnreadRequest: Rule = {
  cause: 'upstream-close-unread-request',
  see: 'Linux TCP_ABORT_ON_CLOSE; RFC 9293 SHLD-3; lab u04, u05, k02',
  judge(c) {
    const reset = peerReset(c);
    const e = c.exchange;
    if (c.leg !== 'upstream' || reset === null || e === null || e.responseState !== 'none') return null;
    if (!reset.windowGrew && e.requestState === 'complete') return null;
    const unread = reset.windowGrew
      ? `the window grew to ${reset.window} in the RST: the request was unread when the upstream closed`
      : 'the upstream reset while the request was still being sent';
    return {
      by: 'upstream',
      confidence: reset.windowGrew ? Confidence.high : Confidence.medium,
      evidence: [requestClaim(c), resetClaim(c, reset), evidence(c.stream, unread, reset.frameNumber)],
      rivals: abortRivals(this.cause),
    };
  },
};
