import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { peerFin, peerReset, resetClaim } from './reset-facts.ts';

/** nginx spoke TLS and the upstream ended the connection inside the handshake. */
export const upstreamTlsMismatch: Rule = {
  cause: 'upstream-tls-mismatch',
  see: 'nginx src/http/ngx_http_upstream.c, "SSL handshaking to upstream"; lab u20, u21',
  judge(c) {
    const reset = peerReset(c);
    const inTls = c.entry?.action?.kind === 'known' && c.entry.action.phrase === 'SSL handshaking to upstream';
    if (c.leg !== 'upstream' || (reset ?? peerFin(c)) === null) return null;
    if (c.phase !== 'tls-handshake' && !inTls) return null;
    const hello = evidence(
      c.stream,
      'the upstream ended the connection inside the TLS handshake',
      c.ending?.frameNumber,
    );
    return {
      by: reset === null ? null : 'upstream',
      confidence: Confidence.high,
      evidence: reset === null ? [hello] : [resetClaim(c, reset), hello],
    };
  },
};
