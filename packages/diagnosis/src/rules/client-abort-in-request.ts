import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { requestClaim } from './reset-facts.ts';

/** The client ended the connection inside its request. */
export const clientAbortInRequest: Rule = {
  cause: 'client-abort-in-request',
  see: 'RFC 9112 section 8; lab c09, c10',
  judge(c) {
    const end = c.ending;
    if (c.leg !== 'client' || end === null || end.from !== 'originator') return null;
    if (c.exchange === null || c.exchange.requestState === 'complete' || c.phase === 'closing') return null;
    const cut = evidence(
      c.stream,
      `the client ended the connection with ${end.kind === 'rst' ? 'RST' : 'FIN'} inside its request`,
      end.frameNumber,
    );
    return { by: end.kind === 'rst' ? 'client' : null, confidence: Confidence.high, evidence: [requestClaim(c), cut] };
  },
};
