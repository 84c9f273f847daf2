import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { delayClaim, peerReset, requestClaim, resetClaim } from './reset-facts.ts';

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
    };
  },
};

/** A live upstream socket was aborted after the request, before any byte of the answer. */
export const upstreamAbortLinger0: Rule = {
  cause: 'upstream-abort-linger0',
  see: 'Linux tcp_disconnect, TCP_STATE; lab u03',
  judge(c) {
    const reset = peerReset(c);
    if (c.leg !== 'upstream' || reset === null || c.phase !== 'waiting') return null;
    const when = evidence(c.stream, `no byte of an answer came before the RST,${delayClaim(c)}`, reset.frameNumber);
    return { by: 'upstream', confidence: Confidence.medium, evidence: [requestClaim(c), when, resetClaim(c, reset)] };
  },
};
