/**
 * Who built a RST, from its header alone (rst-causes section 0, facts 4 and 5, and section 0.1; 78 kernel resets measured):
 * an aborting Linux socket sends RST+ACK at its SND.NXT with its real window; a host without the socket sends a bare RST
 * whose seq copies the ACK that provoked it, window 0, no options; a closed port answers a SYN with RST+ACK, seq 0.
 */
import { type Packet, seqDiff, TcpFlag } from '@resetscope/wire';
import type { Half } from './half.ts';
import type { ResetShape } from './tcp-stream.ts';

/** A RST window at least this much above the last advertised one tells of unread data (measured: 12 of 12 true, growth of 4 % without). */
const WINDOW_GROWTH = 1.2;

/** sender: the half the RST claims to come from; receiver: the other one. */
export function resetShape(packet: Packet, sender: Half, receiver: Half): ResetShape {
  const hasAck = (packet.flags & TcpFlag.ACK) !== 0;
  if (!hasAck) return isStateless(packet, sender, receiver) ? 'stateless' : 'foreign';
  const onlySynBefore = receiver.sawSyn && !sender.sawSyn && sender.sent === 0;
  if (onlySynBefore && packet.seq === 0 && packet.ack === receiver.sentSeq) return 'refuse';
  if (!sender.isBegun) return 'active';
  const ahead = seqDiff(packet.seq, sender.nextSeq);
  const optionsFit = !sender.usesTimestamps || packet.hasTimestamp;
  const gapExplains = sender.missedBytes > 0 || !sender.sawSyn;
  if (optionsFit && (ahead === 0 || (ahead > 0 && gapExplains))) return 'active';
  return 'foreign';
}

/** seq lies where the receiver's acknowledgment numbers have been (RFC 9293 section 3.5.2 group 1), window 0, no options. */
function isStateless(packet: Packet, sender: Half, receiver: Half): boolean {
  if (packet.window !== 0 || packet.optionsLen > 0) return false;
  if (!sender.isBegun || receiver.packets === 0) return true;
  const behind = seqDiff(sender.ackedSeq, packet.seq);
  return behind >= 0 && behind <= sender.acked + (sender.finAcked ? 1 : 0);
}

/** Both windows unscaled and of the same direction. */
export function windowGrew(packet: Packet, sender: Half): boolean {
  if (sender.lastWindow < 0 || packet.window === 0) return false;
  return sender.lastWindow === 0 || packet.window >= sender.lastWindow * WINDOW_GROWTH;
}

/** Null when the sender has shown no packet other than RST. */
export function ttlMatches(packet: Packet, sender: Half): boolean | null {
  return sender.isSeen ? sender.hasSentTtl(packet.ttl) : null;
}

/** Null as above. */
export function optionsMatch(packet: Packet, sender: Half): boolean | null {
  return sender.isSeen ? packet.hasTimestamp === sender.usesTimestamps : null;
}

/** Linux: an active RST takes the flow's next IP ID; IPv6 has none. */
export function ipIdFollows(packet: Packet, sender: Half): boolean | null {
  if (packet.ipId < 0 || sender.lastIpId < 0) return null;
  return packet.ipId === ((sender.lastIpId + 1) & 0xffff);
}
