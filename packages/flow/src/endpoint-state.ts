/**
 * Where one end of a connection stands, as Zeek follows it (src/packet_analysis/protocol/tcp/TCPSessionAdapter.cc,
 * UpdateStateMachine), and `conn_state`, the name Zeek gives to the states of both ends
 * (scripts/base/protocols/conn/main.zeek). It looks at flags alone, never at sequence numbers.
 */
import { TcpFlag } from '@resetscope/wire';

/** inactive: sent nothing yet; partial: seen in the middle, without its SYN. */
export type EndpointState = 'inactive' | 'syn-sent' | 'syn-ack-sent' | 'partial' | 'established' | 'closed' | 'reset';

/** Zeek's conn_state. */
export type ConnState =
  | 'S0'
  | 'S1'
  | 'SF'
  | 'REJ'
  | 'S2'
  | 'S3'
  | 'RSTO'
  | 'RSTR'
  | 'RSTOS0'
  | 'RSTRH'
  | 'SH'
  | 'SHR'
  | 'OTH';

/** What the state machine reads of a packet. */
interface Step {
  readonly flags: number;
  readonly payloadLen: number;
}

export class EndpointProgress {
  state: EndpointState = 'inactive';
  private previous: EndpointState = 'inactive';

  /** This end has sent a packet. */
  sent(packet: Step, peer: EndpointProgress, isOriginator: boolean): void {
    switch (this.state) {
      case 'inactive':
        this.begin(packet, peer, isOriginator);
        return;
      case 'syn-sent':
      case 'syn-ack-sent':
        if ((packet.flags & TcpFlag.FIN) !== 0) this.become('closed');
        if ((packet.flags & TcpFlag.RST) !== 0) this.become('reset');
        return;
      case 'partial':
      case 'established':
        this.goOn(packet.flags, peer);
        return;
      case 'closed':
        if ((packet.flags & TcpFlag.RST) !== 0 && peer.state !== 'closed') this.become('reset');
        return;
      case 'reset':
        return;
    }
  }

  private become(state: EndpointState): void {
    if (state === this.state) return;
    this.previous = this.state;
    this.state = state;
  }

  private begin(packet: Step, peer: EndpointProgress, isOriginator: boolean): void {
    const { flags } = packet;
    if ((flags & TcpFlag.SYN) !== 0) this.open(flags, peer, isOriginator);
    if ((flags & TcpFlag.FIN) !== 0) this.become('closed');
    if ((flags & TcpFlag.RST) !== 0) this.become('reset');
    if (this.state !== 'inactive') return;
    if (!isOriginator && packet.payloadLen === 0 && peer.state === 'syn-sent') return; // an ACK before the SYN+ACK
    const missedSyn = (flags & TcpFlag.ACK) !== 0 && peer.state === 'established';
    this.become(missedSyn ? 'established' : 'partial');
  }

  private open(flags: number, peer: EndpointProgress, isOriginator: boolean): void {
    if (isOriginator) {
      this.become((flags & TcpFlag.ACK) !== 0 ? 'syn-ack-sent' : 'syn-sent');
      return;
    }
    if (peer.state === 'syn-sent') peer.become('established');
    this.become('established');
  }

  private goOn(flags: number, peer: EndpointProgress): void {
    const isBareSyn = (flags & (TcpFlag.SYN | TcpFlag.ACK)) === TcpFlag.SYN;
    if (isBareSyn && this.state === 'partial' && peer.state === 'inactive') this.become('syn-sent');
    if ((flags & TcpFlag.RST) !== 0) this.become('reset');
    else if ((flags & TcpFlag.FIN) !== 0) {
      this.become('closed');
      if (peer.state === 'reset' && peer.previous === 'closed') peer.become('closed'); // FIN, RST, FIN: a normal end
    }
  }
}

/** A SYN and nothing else of the originator before its RST (main.zeek, conn_state). */
const ONLY_SYN_BEFORE_RST = /^\^?S[^HAFGIQ]*R/;

/** hasPayload: either side sent any. history: Zeek's, of the same connection. */
export function connState(
  originator: EndpointState,
  responder: EndpointState,
  hasPayload: boolean,
  history: string,
): ConnState {
  const originatorIsOut = originator === 'inactive' || originator === 'partial';
  const responderIsOut = responder === 'inactive' || responder === 'partial';
  if (responder === 'reset') {
    const isOpening = originator === 'syn-sent' || originator === 'syn-ack-sent';
    if (isOpening || (originator === 'reset' && !hasPayload)) return 'REJ';
    return originatorIsOut ? 'RSTRH' : 'RSTR';
  }
  if (originator === 'reset') {
    if (!responderIsOut) return 'RSTO';
    return ONLY_SYN_BEFORE_RST.test(history) ? 'RSTOS0' : 'OTH';
  }
  if (originator === 'closed' && responder === 'closed') return 'SF';
  if (originator === 'closed') return responderIsOut ? 'SH' : 'S2';
  if (responder === 'closed') return originatorIsOut ? 'SHR' : 'S3';
  if (originator === 'syn-sent' && responder === 'inactive') return 'S0';
  return originator === 'established' && responder === 'established' ? 'S1' : 'OTH';
}
