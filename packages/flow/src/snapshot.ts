/** What a connection has become, as plain data: its TcpStream. */
import type { Connection } from './connection.ts';
import { momentOf, renumbered } from './ending.ts';
import { connState } from './endpoint-state.ts';
import { endpointsOf } from './four-tuple.ts';
import type { SegmentLog } from './segment-log.ts';
import { otherSide } from './side.ts';
import type { TcpStream } from './tcp-stream.ts';
import { nameTeardown } from './teardown.ts';

export function snapshot(c: Connection, log: SegmentLog): TcpStream {
  const originator = c.half('originator');
  const responder = c.half('responder');
  const ends = endpointsOf(c.tuple);
  const history = c.history.for(c.originatorHalf);
  return {
    index: c.index,
    originator: ends[c.originatorHalf],
    responder: ends[c.originatorHalf === 0 ? 1 : 0],
    sawSyn: originator.sawSyn,
    sawSynAck: responder.sawSyn,
    established: c.established,
    firstUs: c.firstUs,
    lastUs: c.lastUs,
    firstFrame: c.firstFrame,
    halves: { originator: originator.summary(), responder: responder.summary() },
    proxyHeader: c.proxyHeader?.header ?? null,
    protocol: c.protocol,
    exchanges: c.conversation.exchanges.map((e) => ({ ...e })),
    exchangeCount: c.conversation.count,
    tls: c.tls?.summary() ?? null,
    http2: c.conversation.http2?.summary() ?? null,
    endings: c.endings.map((e) => renumbered(e, c.half(e.from), c.half(otherSide(e.from)))),
    rstCount: c.rstCount,
    history,
    connState: connState(
      originator.endpoint.state,
      responder.endpoint.state,
      originator.sent + responder.sent > 0,
      history,
    ),
    teardown: nameTeardown({
      opened: c.wasOpen,
      endings: c.endings,
      dataAfterRst: c.dataAfterRst,
      dataAfterFin: c.dataAfterFin,
      finAnsweredByFin: c.finAnsweredByFin,
      unanswered: Math.max(originator.unanswered, responder.unanswered),
    }),
    segments: log.read(c.segments, [c.sideOf(0), c.sideOf(1)]),
    omittedSegments: c.segments.omitted,
    last: momentOf(c),
  };
}
