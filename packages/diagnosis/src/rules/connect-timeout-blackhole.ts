import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';

/** The SYN was repeated and nothing came back, not even a refusal. */
export const connectTimeoutBlackhole: Rule = {
  cause: 'connect-timeout-blackhole',
  see: 'nginx proxy_connect_timeout; lab u22, k09',
  judge(c) {
    const { stream } = c;
    const gaveUp = c.kind === 'upstream-timed-out' || c.kind === 'connect-failed';
    if (c.leg !== 'upstream' || c.ending !== null || !gaveUp) return null;
    if (!stream.sawSyn || stream.halves.responder.packets > 0) return null;
    const syns = stream.segments.filter((s) => s.from === 'originator');
    const silent = evidence(
      stream,
      `${syns.length === 1 ? 'the SYN' : `${syns.length} SYNs`} got no answer`,
      ...syns.map((s) => s.frameNumber),
    );
    const full = {
      cause: 'accept-queue-overflow-drop',
      missing: 'whether other connections to the port were accepted',
    };
    return { by: null, confidence: Confidence.high, evidence: [silent], rivals: [full] };
  },
};
