import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { peerReset, resetClaim } from './reset-facts.ts';

/** The listener expects the PROXY protocol, and the client's first bytes were none. */
export const proxyProtocolMismatchClient: Rule = {
  cause: 'proxy-protocol-mismatch-client',
  see: 'nginx src/core/ngx_proxy_protocol.c, "broken header"; lab c20',
  judge(c) {
    const reading = c.entry?.action?.kind === 'known' && c.entry.action.phrase === 'reading PROXY protocol';
    if (c.leg !== 'client' || !reading || c.before.sent.originator === 0 || c.before.sent.responder > 0) return null;
    const reset = peerReset(c);
    const first = evidence(
      c.stream,
      `nginx was reading a PROXY header when the connection ended, after ${c.before.sent.originator} bytes`,
      c.ending?.frameNumber ?? c.stream.firstFrame,
    );
    const rivals = [
      { cause: 'client-abort-in-request', missing: 'whether the bytes were the start of a PROXY header' },
    ];
    return {
      by: reset === null ? null : 'client',
      confidence: Confidence.medium,
      evidence: reset === null ? [first] : [resetClaim(c, reset), first],
      rivals,
    };
  },
};
