import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { peerReset, resetClaim } from './reset-facts.ts';

/** Reset before or inside the TLS handshake, without an alert. */
export const tlsRstInHandshake: Rule = {
  cause: 'tls-rst-in-handshake',
  see: 'nginx src/event/ngx_event_openssl.c, "peer closed connection in SSL handshake"; lab c24',
  judge(c) {
    const reset = peerReset(c);
    if (c.leg !== 'client' || reset === null) return null;
    const inTls = c.entry?.action?.kind === 'known' && c.entry.action.phrase === 'SSL handshaking';
    if (c.phase !== 'tls-handshake' && !(c.phase === 'handshake' && inTls)) return null;
    const name = c.stream.tls?.serverName ?? null;
    const hello = evidence(
      c.stream,
      name === null ? 'the TLS handshake was not complete' : `the TLS handshake for ${name} was not complete`,
      c.stream.firstFrame,
    );
    const rivals = [
      { cause: 'ids-injected-rst', missing: 'a TTL or IP ID that breaks with the client: is the name filtered?' },
    ];
    return { by: 'client', confidence: Confidence.medium, evidence: [resetClaim(c, reset), hello], rivals };
  },
};
