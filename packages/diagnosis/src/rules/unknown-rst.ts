import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { peerReset, resetClaim } from './reset-facts.ts';

/** Nothing above fits: the facts, and no cause. Always answers. */
export const unknownRst: Rule = {
  cause: 'unknown-rst',
  see: 'docs/verdicts.md, unknown-rst',
  judge(c) {
    const reset = peerReset(c);
    const from = c.ending?.from === c.nginxSide ? 'nginx' : c.leg;
    const facts = evidence(
      c.stream,
      c.isHidden
        ? 'the frames of HTTP/2 are not in the capture: what was under way when the connection ended is not known'
        : `the connection ended in phase "${c.phase}" and no known cause fits`,
      c.ending?.frameNumber ?? c.stream.firstFrame,
    );
    const by = c.ending?.kind === 'rst' ? from : null;
    return { by, confidence: Confidence.low, evidence: reset === null ? [facts] : [resetClaim(c, reset), facts] };
  },
};
