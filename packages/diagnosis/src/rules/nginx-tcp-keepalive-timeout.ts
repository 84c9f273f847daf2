import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { ownEnding } from './reset-facts.ts';

/** Linux asm-generic/errno.h. */
const ETIMEDOUT = 110;

/** TCP keepalive probes got no answer: the kernel gave the connection up. */
export const nginxTcpKeepaliveTimeout: Rule = {
  cause: 'nginx-tcp-keepalive-timeout',
  see: 'Linux tcp_keepalive_timer; nginx-error-log cases K1, K2; lab k06, c30',
  judge(c) {
    const isTimer = c.kind === 'client-timed-out' || c.kind === 'upstream-timed-out' || c.kind === 'connect-failed';
    if (c.entry?.errno !== ETIMEDOUT || isTimer) return null;
    const reset = ownEnding(c);
    if (reset === null && c.ending !== null) return null;
    const last = c.stream.segments.findLast((s) => s.from === c.peerSide);
    const silent = evidence(
      c.stream,
      'the kernel gave the connection up (errno 110) after the peer had fallen silent',
      last?.frameNumber,
      reset?.frameNumber,
    );
    const rivals = [
      { cause: 'client-vanished', missing: 'whether data or a keepalive probe was left without an answer' },
    ];
    return {
      by: reset?.kind === 'rst' ? 'nginx' : null,
      confidence: reset?.kind === 'rst' ? Confidence.high : Confidence.medium,
      evidence: [silent],
      ...(reset?.kind === 'rst' ? {} : { rivals }),
    };
  },
};
