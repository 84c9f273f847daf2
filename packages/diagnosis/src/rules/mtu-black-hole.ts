import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { requestClaim } from './reset-facts.ts';

/** Repeats of one segment that are no chance loss (rst-causes, mtu-black-hole). */
const REPEATS_MIN = 3;

/** Segments of full size are repeated and never acknowledged while smaller ones pass. */
export const mtuBlackHole: Rule = {
  cause: 'mtu-black-hole',
  see: 'HAProxy configuration manual section 8.5; Linux tcp_mtu_probing; lab u32',
  judge(c) {
    if (c.kind !== 'upstream-timed-out' && c.kind !== 'client-timed-out') return null;
    const { segments } = c.stream;
    const largest = Math.max(0, ...segments.map((s) => s.payloadLen));
    const repeats = new Map<string, number[]>();
    for (const s of segments) {
      if (s.payloadLen < FULL_MIN || s.payloadLen < largest) continue;
      const key = `${s.from} ${s.seq}`;
      repeats.set(key, [...(repeats.get(key) ?? []), s.frameNumber]);
    }
    const stuck = [...repeats].find(([, frames]) => frames.length > REPEATS_MIN);
    if (stuck === undefined) return null;
    const from = stuck[0].startsWith('originator') ? 'originator' : 'responder';
    const smallPassed = c.before.acked[from] > 0 || segments.some((s) => s.from !== from && s.payloadLen > 0);
    if (!smallPassed) return null;
    const lost = evidence(
      c.stream,
      `a segment of ${largest} bytes was sent ${stuck[1].length} times and never acknowledged; smaller ones passed`,
      ...stuck[1],
    );
    return { by: null, confidence: Confidence.high, evidence: [requestClaim(c), lost] };
  },
};

/** Ethernet's MSS less what tunnels take: smaller segments fit everywhere (RFC 8200 section 5: 1280 bytes). */
const FULL_MIN = 1_200;
