import { durationText, evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { idleBeforeRequestUs, peerName, peerReset, resetClaim, ttlIsForeign } from './reset-facts.ts';

/** Shorter pauses are not an idle timeout of any known device. */
const IDLE_MIN_US = 1_000_000;

/** A device between the ends forgot, or ended, an idle connection: its TTL is not the peer's. */
export const lbIdleTimeoutReset: Rule = {
  cause: 'lb-idle-timeout-reset',
  see: 'AWS NLB, Azure and GCP load-balancer documentation; lab k23',
  judge(c) {
    const reset = peerReset(c);
    if (reset === null || !ttlIsForeign(c, reset) || reset.shape === 'refuse') return null;
    const beforeRequest = idleBeforeRequestUs(c);
    const sinceData = c.before.lastPayloadUs === null ? 0 : reset.tsUs - c.before.lastPayloadUs;
    const idleUs = Math.max(sinceData, c.phase === 'waiting' ? (beforeRequest ?? 0) : 0);
    if (idleUs < IDLE_MIN_US || (c.phase !== 'idle' && c.phase !== 'waiting')) return null;
    const idle = evidence(c.stream, `the connection had been idle for ${durationText(idleUs)}`, reset.frameNumber);
    const ttl = evidence(
      c.stream,
      `the RST came with TTL ${reset.ttl}, ${peerName(c)}'s other packets have another`,
      reset.frameNumber,
    );
    return { by: 'middlebox', confidence: Confidence.medium, evidence: [resetClaim(c, reset), idle, ttl] };
  },
};
