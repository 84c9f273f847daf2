import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';

const SYN = 0x02;
const ACK = 0x10;

/** The ports were used again while the other end still remembered them: its old ACK was reset, and the SYN repeated. */
export const timeWaitPortReuse: Rule = {
  cause: 'time-wait-port-reuse',
  see: 'Linux tcp_timewait_state_process; RFC 9293 section 3.6.1; lab k19',
  judge(c) {
    const [syn, answer, reset] = c.stream.segments;
    if (c.entry !== null || syn === undefined || answer === undefined || reset === undefined) return null;
    const isOldAck = answer.from === 'responder' && (answer.flags & (SYN | ACK)) === ACK;
    const rst = c.stream.endings.find((e) => e.kind === 'rst' && e.frameNumber === reset.frameNumber);
    if (!c.stream.sawSyn || !isOldAck || rst?.from !== 'originator') return null;
    const old = evidence(
      c.stream,
      'the SYN was answered with an ACK of an older connection, and that ACK with RST',
      syn.frameNumber,
      answer.frameNumber,
      reset.frameNumber,
    );
    const rivals = [{ cause: 'syn-into-established', missing: 'how the older connection ended, before this capture' }];
    return {
      by: c.leg === 'client' ? 'client' : 'nginx',
      confidence: Confidence.medium,
      evidence: [old],
      rivals,
    };
  },
};
