import { durationText, evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { borneClaim, peerName, peerReset, silenceUs, ttlIsForeign } from './reset-facts.ts';

/** Shorter pauses are not an idle timeout of any known device. */
const IDLE_MIN_US = 1_000_000;

/** A device between the ends ended an idle connection, in its own time or at the next packet: its TTL is not the peer's. */
export const lbIdleTimeoutReset: Rule = {
  cause: 'lb-idle-timeout-reset',
  see: 'AWS NLB, Azure and GCP load-balancer documentation; lab k23',
  judge(c) {
    const reset = peerReset(c);
    if (reset === null || !ttlIsForeign(c, reset) || reset.shape === 'refuse') return null;
    const idleUs = silenceUs(c);
    if (idleUs < IDLE_MIN_US || (c.phase !== 'idle' && c.phase !== 'waiting')) return null;
    if (c.phase === 'waiting' && reset.shape === 'stateless') return null;
    const idle = evidence(c.stream, `the connection had been idle for ${durationText(idleUs)}`, reset.frameNumber);
    const ttl = evidence(
      c.stream,
      `the RST came with TTL ${reset.ttl}, ${peerName(c)}'s other packets have another`,
      reset.frameNumber,
    );
    const rivals = [{ cause: 'conntrack-expired-reject', missing: 'which device it was: a capture on its other side' }];
    return { by: 'middlebox', confidence: Confidence.medium, evidence: [borneClaim(c, reset), idle, ttl], rivals };
  },
};
