import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { peerReset, resetClaim } from './reset-facts.ts';

/** tcp_abort_on_overflow=1: the kernel resets the ACK that completes the handshake; its seq is the one after the SYN/ACK. */
export const acceptQueueOverflowAbort: Rule = {
  cause: 'accept-queue-overflow-abort',
  see: 'Linux tcp_check_req; lab k28',
  judge(c) {
    const reset = peerReset(c);
    if (c.leg !== 'upstream' || reset?.shape !== 'stateless') return null;
    const nothingTaken = c.before.acked.originator === 0 && c.before.sent.responder === 0;
    if (!c.stream.sawSynAck || !nothingTaken || reset.relativeSeq !== 1) return null;
    const taken = evidence(
      c.stream,
      'the server had answered the SYN and then acknowledged no byte',
      c.stream.firstFrame,
    );
    const rivals = [
      { cause: 'syn-cookie-fallout', missing: 'SyncookiesFailed and ListenOverflows of the upstream host' },
    ];
    return { by: 'upstream', confidence: Confidence.high, evidence: [resetClaim(c, reset), taken], rivals };
  },
};
