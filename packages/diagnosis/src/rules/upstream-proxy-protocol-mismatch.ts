import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { peerFin, peerReset, requestClaim } from './reset-facts.ts';

/** Connections without a success that make it a rule. */
const SAMPLES_MIN = 5;
/** A parser that meets the wrong first bytes closes at once (lab u27). */
const AT_ONCE_US = 20_000;

/** Every connection to this server ends at the first bytes: one side speaks the PROXY protocol and the other does not. */
export const upstreamProxyProtocolMismatch: Rule = {
  cause: 'upstream-proxy-protocol-mismatch',
  see: 'lab u27',
  judge(c) {
    const end = peerReset(c) ?? peerFin(c);
    const e = c.exchange;
    if (c.leg !== 'upstream' || end === null || e === null || e.index > 0 || e.responseState !== 'none') return null;
    const silent = c.surroundings.neverAnswered(c.stream.responder);
    if (silent === null || silent < SAMPLES_MIN || end.tsUs - e.requestStartUs > AT_ONCE_US) return null;
    const all = evidence(
      c.stream,
      `all ${silent} connections of this server in the capture ended without a byte of an answer`,
      end.frameNumber,
    );
    const rivals = [
      { cause: 'upstream-close-unread-request', missing: 'what the server expects: its own log' },
      { cause: 'upstream-worker-crash', missing: 'what the server expects: its own log' },
    ];
    return {
      by: end.kind === 'rst' ? 'upstream' : null,
      confidence: Confidence.low,
      evidence: [requestClaim(c), all],
      rivals,
    };
  },
};
