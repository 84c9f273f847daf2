import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { peerReset, requestClaim, resetClaim } from './reset-facts.ts';

const BAD_REQUEST = 400;

/** TLS to a port that speaks HTTP, or HTTP to one that speaks TLS: nginx answers 400 and closes. */
export const schemeMismatchClient: Rule = {
  cause: 'scheme-mismatch-client',
  see: 'nginx ngx_http_process_request, code 497; lab c18, c19',
  judge(c) {
    const { stream } = c;
    const reset = peerReset(c);
    if (c.leg !== 'client' || reset === null) return null;
    const tlsToHttp =
      stream.protocol === 'tls' && stream.tls?.sawServerHello === false && c.before.sent.responder > ALERT_MAX_LEN;
    const httpToTls = c.exchange?.status === BAD_REQUEST && c.surroundings.speaksTls(stream.responder);
    if (!tlsToHttp && !httpToTls) return null;
    const spoken = tlsToHttp
      ? 'the client began with TLS and was not answered in TLS'
      : 'the client began with plain HTTP on a port that answers others in TLS, and got 400';
    return {
      by: 'client',
      confidence: Confidence.medium,
      evidence: [evidence(stream, spoken, stream.firstFrame), requestClaim(c), resetClaim(c, reset)],
    };
  },
};

/** A TLS alert in the clear has 7 bytes (RFC 8446 sections 5.1 and 6); an HTTP response has more. */
const ALERT_MAX_LEN = 7;
