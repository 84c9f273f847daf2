import { durationText, evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { borneClaim, peerName, peerReset, silenceUs, ttlIsForeign } from './reset-facts.ts';

/** Shorter pauses are not an idle timeout of any known device. */
const IDLE_MIN_US = 1_000_000;

/** After a pause our packet was unknown to a stateful firewall, which answered it from its own place in the path. */
export const conntrackExpiredReject: Rule = {
  cause: 'conntrack-expired-reject',
  see: 'lab k23: TTL 64 against 63',
  judge(c) {
    const reset = peerReset(c);
    if (reset?.shape !== 'stateless' || !ttlIsForeign(c, reset) || c.phase !== 'waiting') return null;
    const idleUs = silenceUs(c);
    if (idleUs < IDLE_MIN_US) return null;
    const idle = evidence(
      c.stream,
      `the connection had been idle for ${durationText(idleUs)}`,
      c.exchange?.requestFrame,
    );
    const ttl = evidence(
      c.stream,
      `the RST came with TTL ${reset.ttl}, ${peerName(c)}'s other packets have another`,
      reset.frameNumber,
    );
    const rivals = [
      { cause: 'lb-idle-timeout-reset', missing: 'which device it was: a capture on its other side' },
      { cause: 'firewall-midflow-reject', missing: 'whether the pause or a new policy was the reason' },
    ];
    return { by: 'middlebox', confidence: Confidence.medium, evidence: [borneClaim(c, reset), idle, ttl], rivals };
  },
};
