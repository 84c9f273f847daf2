/** Makes the record of a FIN or RST, with the state of the connection just before it. */
import { type Packet, TcpFlag } from '@resetscope/wire';
import type { Connection } from './connection.ts';
import type { Exchange } from './exchange.ts';
import type { Half } from './half.ts';
import { ipIdFollows, optionsMatch, resetShape, ttlMatches, windowGrew } from './reset-shape.ts';
import type { Side } from './side.ts';
import type { Ending, Moment } from './tcp-stream.ts';

/** State of both directions now. */
export function momentOf(connection: Connection): Moment {
  const originator = connection.half('originator');
  const responder = connection.half('responder');
  const exchange = connection.conversation.current();
  return {
    sent: { originator: originator.sent, responder: responder.sent },
    acked: { originator: originator.acked, responder: responder.acked },
    fin: { originator: originator.finOffset >= 0, responder: responder.finOffset >= 0 },
    exchanges: connection.conversation.count,
    exchange: exchange === null || isSettled(exchange) ? exchange : { ...exchange },
    lastPayloadUs: connection.lastPayloadUs,
  };
}

/** Nothing that follows on the connection changes it any more. */
function isSettled({ requestState, responseState, framing }: Exchange): boolean {
  return framing === 'exact' && requestState === 'complete' && responseState === 'complete';
}

/** sender: the half that sent it, whose initial sequence number is known by now. */
export function endingOf(packet: Packet, from: Side, sender: Half, receiver: Half, before: Moment): Ending {
  const isRst = (packet.flags & TcpFlag.RST) !== 0;
  return {
    kind: isRst ? 'rst' : 'fin',
    frameNumber: packet.frameNumber,
    tsUs: packet.tsUs,
    from,
    flags: packet.flags,
    seq: packet.seq,
    ack: packet.ack,
    window: packet.window,
    ...relativeNumbers(packet, sender, receiver),
    payloadLen: packet.payloadLen,
    ttl: packet.ttl,
    ipId: packet.ipId,
    shape: isRst ? resetShape(packet, sender, receiver) : null,
    windowGrew: isRst && windowGrew(packet, sender),
    ttlMatches: isRst ? ttlMatches(packet, sender) : null,
    optionsMatch: isRst ? optionsMatch(packet, sender) : null,
    ipIdFollows: isRst ? ipIdFollows(packet, sender) : null,
    before,
  };
}

/** The same ending with the initial sequence numbers known later: a SYN+ACK may come after a RST. */
export function renumbered(ending: Ending, sender: Half, receiver: Half): Ending {
  return { ...ending, ...relativeNumbers(ending, sender, receiver) };
}

type Numbers = Pick<Ending, 'flags' | 'seq' | 'ack'>;

function relativeNumbers(of: Numbers, sender: Half, receiver: Half): Pick<Ending, 'relativeSeq' | 'relativeAck'> {
  const hasAck = (of.flags & TcpFlag.ACK) !== 0;
  return {
    relativeSeq: (of.seq - sender.isn) >>> 0,
    relativeAck: hasAck ? (of.ack - receiver.isn) >>> 0 : of.ack,
  };
}

/** The same ending when the other end turns out to be the originator. */
export function turnedRound(ending: Ending): Ending {
  const { before } = ending;
  return {
    ...ending,
    from: ending.from === 'originator' ? 'responder' : 'originator',
    before: { ...before, sent: swapped(before.sent), acked: swapped(before.acked), fin: swapped(before.fin) },
  };
}

function swapped<T>({ originator, responder }: Readonly<Record<Side, T>>): Readonly<Record<Side, T>> {
  return { originator: responder, responder: originator };
}
