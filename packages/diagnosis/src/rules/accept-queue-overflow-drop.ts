import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';

const SYN_ACK = 0x12;

/** The server repeats its SYN+ACK after our ACK: its accept queue is full and dropped that ACK. */
export const acceptQueueOverflowDrop: Rule = {
  cause: 'accept-queue-overflow-drop',
  see: 'Linux tcp_check_req, listen_overflow; lab k10, k29',
  judge(c) {
    const { stream } = c;
    if (c.leg !== 'upstream' || c.before.acked.originator > 0 || c.before.sent.responder > 0) return null;
    const acked = stream.segments.find((s) => s.from === 'originator' && (s.flags & SYN_ACK) === 0x10);
    if (acked === undefined) return null;
    const again = stream.segments.filter(
      (s) => s.from === 'responder' && (s.flags & SYN_ACK) === SYN_ACK && s.frameNumber > acked.frameNumber,
    );
    if (again.length === 0 || c.ending?.from === 'responder') return null;
    const repeated = evidence(
      stream,
      'the server repeated its SYN+ACK after the handshake was complete, and acknowledged no byte',
      acked.frameNumber,
      ...again.map((s) => s.frameNumber),
    );
    return { by: null, confidence: Confidence.high, evidence: [repeated] };
  },
};
