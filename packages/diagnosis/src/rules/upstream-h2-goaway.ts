import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { peerFin, peerReset, requestClaim } from './reset-facts.ts';

/** The upstream announced the end of the HTTP/2 connection, or of the stream, before it closed. */
export const upstreamH2Goaway: Rule = {
  cause: 'upstream-h2-goaway',
  see: 'RFC 9113 sections 5.4 and 6.8; nginx grpc and proxy_v2 modules',
  judge(c) {
    const end = peerReset(c) ?? peerFin(c);
    const { http2 } = c.stream;
    if (c.leg !== 'upstream' || end === null || http2 === null) return null;
    const goAway = http2.goAways.find((g) => g.from === 'responder' && g.tsUs <= end.tsUs);
    if (goAway === undefined && http2.streamResets.responder === 0) return null;
    const announced =
      goAway === undefined
        ? evidence(c.stream, 'the upstream had reset the stream with RST_STREAM', end.frameNumber)
        : evidence(
            c.stream,
            `the upstream had sent GOAWAY with error ${goAway.errorCode}, last stream ${goAway.lastStreamId}`,
            goAway.frameNumber,
            end.frameNumber,
          );
    return {
      by: end.kind === 'rst' ? 'upstream' : null,
      confidence: Confidence.high,
      evidence: [announced, requestClaim(c)],
    };
  },
};
