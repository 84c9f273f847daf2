/** Streams for tests of the ladder, from the little that matters there. */
import { type HalfSummary, type Moment, otherSide, type Segment, type TcpStream } from '@resetscope/flow';

export const ORIGINATOR_ISN = 0xffff_ff00;
export const RESPONDER_ISN = 1000;

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

/** A segment; seq and ack are relative, as Wireshark shows them. */
export function segment(frameNumber: number, from: Segment['from'], fields: Partial<Segment> = {}): Segment {
  const isn = { originator: ORIGINATOR_ISN, responder: RESPONDER_ISN };
  const peer = otherSide(from);
  return {
    frameNumber,
    from,
    tsUs: frameNumber * 1000,
    flags: ACK,
    window: 100,
    payloadLen: 0,
    ttl: 64,
    ipId: 1,
    label: '',
    ...fields,
    seq: (isn[from] + (fields.seq ?? 1)) >>> 0,
    ack: (isn[peer] + (fields.ack ?? 1)) >>> 0,
  };
}

export function streamOf(segments: readonly Segment[], omittedSegments = 0): TcpStream {
  const half = (isn: number): HalfSummary => ({
    packets: 0,
    payloadBytes: 0,
    retransmissions: 0,
    missedBytes: 0,
    ttl: 64,
    isn,
    usesTimestamps: false,
  });
  const none = { originator: 0, responder: 0 };
  const last: Moment = {
    sent: none,
    acked: none,
    fin: { originator: false, responder: false },
    exchanges: 0,
    exchange: null,
    lastPayloadUs: null,
  };
  return {
    index: 7,
    originator: { address: '10.0.0.1', port: 51234 },
    responder: { address: '10.0.0.2', port: 80 },
    sawSyn: true,
    sawSynAck: true,
    established: true,
    firstUs: 0,
    lastUs: 0,
    firstFrame: 1,
    halves: { originator: half(ORIGINATOR_ISN), responder: half(RESPONDER_ISN) },
    proxyHeader: null,
    protocol: 'http1',
    exchanges: [],
    exchangeCount: 0,
    tls: null,
    http2: null,
    endings: [],
    rstCount: 0,
    history: '',
    connState: '',
    teardown: 'open',
    segments,
    omittedSegments,
    last,
  };
}
