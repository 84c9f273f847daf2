import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';

/** A connection that was closed without a request: a browser's pre-connect or a lost connection race. */
export const clientPreconnectAbandoned: Rule = {
  cause: 'client-preconnect-abandoned',
  see: 'HAProxy configuration manual section 8.5, flags CR',
  judge(c) {
    const noRequest =
      c.exchange === null && (c.phase === 'handshake' || c.phase === 'tls-handshake' || c.phase === 'idle');
    if (c.leg !== 'client' || c.ending === null || c.ending.from !== 'originator' || !noRequest) return null;
    const none = evidence(c.stream, 'the client ended the connection without sending a request', c.ending.frameNumber);
    return { by: c.ending.kind === 'rst' ? 'client' : null, confidence: Confidence.medium, evidence: [none] };
  },
};
