/** What is kept of a connection that was handed over: enough to know its late packets, so that they do not count as a new stream. */
import { type Packet, TcpFlag } from '@resetscope/wire';
import type { Connection } from './connection.ts';
import type { FourTuple } from './four-tuple.ts';

export class Remains {
  readonly tuple: FourTuple;
  private readonly isns: readonly [number, number];

  constructor({ tuple, halves }: Connection) {
    this.tuple = tuple;
    this.isns = [halves[0].isn, halves[1].isn];
  }

  /** As Connection.isReusedBy. */
  isReusedBy(packet: Packet, from: 0 | 1): boolean {
    return beginsAnother(packet, this.isns[from]);
  }
}

/** Does a packet of a half with this initial sequence number begin another connection on the same ports? As tshark 4.0 decides it (packet-tcp.c). */
export function beginsAnother({ flags, seq }: Packet, isn: number): boolean {
  return (flags & (TcpFlag.SYN | TcpFlag.ACK)) === TcpFlag.SYN && isn !== -1 && seq !== isn;
}
