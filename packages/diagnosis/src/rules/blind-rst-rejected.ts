import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { borneClaim, peerReset } from './reset-facts.ts';

/** A RST inside the window but not at the exact next number is ignored and challenged: the connection lives on. */
export const blindRstRejected: Rule = {
  cause: 'blind-rst-rejected',
  see: 'RFC 9293 section 3.10.7.4; RFC 5961 section 3; lab k16',
  judge(c) {
    const reset = peerReset(c);
    if (c.entry !== null || reset?.shape !== 'foreign' || c.stream.teardown !== 'rst-then-data') return null;
    if (reset.ttlMatches === false || reset.optionsMatch === false) return null;
    const after = c.stream.segments.find((s) => s.frameNumber > reset.frameNumber);
    if (after === undefined || after.from === reset.from || after.payloadLen > 0) return null;
    const challenge = evidence(
      c.stream,
      'the other side answered with a bare ACK, and data went on',
      after.frameNumber,
    );
    return { by: 'middlebox', confidence: Confidence.high, evidence: [borneClaim(c, reset), challenge] };
  },
};
