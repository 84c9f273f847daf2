import { durationText, evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { requestClaim } from './reset-facts.ts';

/** The shortest timeout that anybody sets. */
const TIMEOUT_MIN_US = 900_000;

/** nginx's timer ended the wait for the upstream; what came later met a closed socket. */
export const nginxUpstreamTimeoutLateData: Rule = {
  cause: 'nginx-upstream-timeout-late-data',
  see: 'nginx proxy_read_timeout; lab u14',
  judge(c) {
    const end = c.stream.endings.find((e) => e.from === 'originator');
    if (c.leg !== 'upstream' || end === undefined || c.stream.endings[0] !== end) return null;
    if (c.entry !== null && c.kind !== 'upstream-timed-out') return null;
    const { exchange, lastPayloadUs } = end.before;
    const waitedUs = lastPayloadUs === null ? 0 : end.tsUs - lastPayloadUs;
    if (exchange === null || exchange.responseState === 'complete' || waitedUs < TIMEOUT_MIN_US) return null;
    const silent = evidence(
      c.stream,
      `nginx closed the connection after ${durationText(waitedUs)} without a byte from the upstream`,
      end.frameNumber,
    );
    const late = c.stream.endings.find((e) => e.kind === 'rst' && e.from === 'originator' && e.shape === 'stateless');
    const met = late === undefined ? [] : [evidence(c.stream, 'late data was answered with RST', late.frameNumber)];
    return {
      by: c.ending?.kind === 'rst' ? 'nginx' : null,
      confidence: c.entry === null ? Confidence.medium : Confidence.high,
      evidence: [requestClaim(c), silent, ...met],
    };
  },
};
