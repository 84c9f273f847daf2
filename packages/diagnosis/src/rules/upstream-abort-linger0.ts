import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { abortRivals } from './abort-rivals.ts';
import { delayClaim, isUnseen, peerReset, requestClaim, resetClaim } from './reset-facts.ts';

/** A live upstream socket was aborted after the request, before any byte of the answer. */
export const upstreamAbortLinger0: Rule = {
  cause: 'upstream-abort-linger0',
  see: 'Linux tcp_disconnect, TCP_STATE; lab u03',
  judge(c) {
    const reset = peerReset(c);
    if (c.leg !== 'upstream' || reset === null || c.phase !== 'waiting') return null;
    const none = isUnseen(c)
      ? 'nginx was reading the header of the answer; what came of it before the capture began cannot be seen'
      : `no byte of an answer came before the RST,${delayClaim(c)}`;
    const when = evidence(c.stream, none, reset.frameNumber);
    return {
      by: 'upstream',
      confidence: Confidence.medium,
      evidence: [requestClaim(c), when, resetClaim(c, reset)],
      rivals: isUnseen(c) ? [MID_HEADERS, ...abortRivals(this.cause)] : abortRivals(this.cause),
    };
  },
};

const MID_HEADERS = { cause: 'upstream-rst-mid-headers', missing: 'the packets before the capture began' };
