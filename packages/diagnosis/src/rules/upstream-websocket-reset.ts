import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { peerName, peerReset, resetClaim } from './reset-facts.ts';

/** Reset of an upgraded connection. */
export const websocketReset: Rule = {
  cause: 'upstream-websocket-reset',
  see: 'nginx ngx_http_upstream_process_upgraded; lab u16',
  judge(c) {
    const reset = peerReset(c);
    if (reset === null || c.phase !== 'tunnel') return null;
    const upgraded = evidence(
      c.stream,
      `the connection had been upgraded (101) before ${peerName(c)} reset it`,
      c.exchange?.responseFrame,
    );
    return {
      by: c.leg === 'client' ? 'client' : 'upstream',
      confidence: Confidence.high,
      evidence: [resetClaim(c, reset), upgraded],
    };
  },
};
