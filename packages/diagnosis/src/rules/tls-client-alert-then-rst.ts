import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { peerReset, resetClaim } from './reset-facts.ts';

/** The client answered the handshake with an alert: it refuses the certificate or the protocol. */
export const tlsClientAlertThenRst: Rule = {
  cause: 'tls-client-alert-then-rst',
  see: 'RFC 8446 section 6; lab c21',
  judge(c) {
    const alert = c.stream.tls?.alerts.find((a) => a.from === 'originator');
    const named = c.entry?.message.includes('SSL alert number') === true;
    if (c.leg !== 'client' || c.phase !== 'tls-handshake' || (alert === undefined && !named)) return null;
    const reset = peerReset(c);
    const refused = evidence(
      c.stream,
      'the client sent a TLS alert inside the handshake',
      alert?.frameNumber ?? c.ending?.frameNumber,
    );
    return {
      by: reset === null ? null : 'client',
      confidence: Confidence.high,
      evidence: reset === null ? [refused] : [refused, resetClaim(c, reset)],
    };
  },
};
