import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { responseClaim } from './reset-facts.ts';

/** Repeats into silence that mean the client is gone (rst-causes section 5). */
const REPEATS_MIN = 3;

/** nginx repeats its data and nothing comes back, no RST either: the client's network is gone. */
export const clientVanished: Rule = {
  cause: 'client-vanished',
  see: 'Linux tcp_write_timeout: it sends no RST; lab c31',
  judge(c) {
    const timedOut = c.kind === 'client-timed-out' || c.stream.teardown === 'timeout-silent';
    if (c.leg !== 'client' || !timedOut || c.ending?.from === 'originator') return null;
    const lastOfPeer = c.stream.segments.findLast((s) => s.from === 'originator');
    const since = c.stream.segments.filter(
      (s) => s.from === 'responder' && s.payloadLen > 0 && s.frameNumber > (lastOfPeer?.frameNumber ?? 0),
    );
    const repeats = since.length - new Set(since.map((s) => s.seq)).size;
    if (repeats < REPEATS_MIN) return null;
    const repeated = evidence(
      c.stream,
      `nginx sent its data ${repeats} times again and heard nothing`,
      ...since.map((s) => s.frameNumber).slice(0, FRAMES_MAX),
    );
    return { by: null, confidence: Confidence.high, evidence: [responseClaim(c), repeated] };
  },
};

/** Frames named in one claim. */
const FRAMES_MAX = 12;
