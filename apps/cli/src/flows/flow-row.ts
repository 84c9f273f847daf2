/** What `resetscope flows` says of a TCP stream: the object of `--json`. Names that Zeek gives are Zeek's. */
import { type Phase, phaseAt, rfc3339 } from '@resetscope/diagnosis';
import type { Ending, Exchange, Protocol, ResetShape, Side, TcpStream, TeardownName } from '@resetscope/flow';
import { endpointText, formatFlags } from '@resetscope/wire';
import { communityId } from './community-id.ts';

type BothSides<T> = Readonly<Record<Side, T>>;

export interface FlowRow {
  /** tcp.stream. */
  readonly index: number;
  /** `10.0.0.1:51234`, `[2001:db8::1]:51234`. */
  readonly originator: string;
  readonly responder: string;
  /** Time of the first packet, RFC 3339. */
  readonly start: string;
  /** From the first packet to the last. */
  readonly seconds: number;
  readonly firstFrame: number;
  readonly protocol: Protocol;
  readonly history: string;
  readonly conn_state: string;
  readonly packets: BothSides<number>;
  /** Retransmissions counted once. */
  readonly payloadBytes: BothSides<number>;
  /** Acknowledged, yet not in the capture. */
  readonly missedBytes: BothSides<number>;
  readonly retransmissions: BothSides<number>;
  readonly teardown: TeardownName;
  /** Who sent the first FIN or RST; null: nobody. */
  readonly closedFirst: Side | null;
  /** RST segments. */
  readonly resets: number;
  readonly firstReset: FirstReset | null;
  /** HTTP exchanges, oldest first; at most the last 32. */
  readonly requests: readonly HttpRequest[];
  /** All of them. */
  readonly requestCount: number;
  /** Server name of the TLS ClientHello. */
  readonly sni: string | null;
  readonly community_id: string | null;
}

interface FirstReset {
  readonly frame: number;
  readonly time: string;
  readonly by: Side;
  /** As if the responder were nginx: nothing but a log tells where nginx is. */
  readonly phase: Phase;
  /** `[R]`, `[R.]`. */
  readonly flags: string;
  readonly shape: ResetShape | null;
  readonly relativeSeq: number;
  readonly relativeAck: number;
  /** tcp.seq_raw, tcp.ack_raw. */
  readonly seq: number;
  readonly ack: number;
}

interface HttpRequest {
  readonly method: string | null;
  readonly target: string | null;
  readonly host: string | null;
  /** Of the final response; null: none was seen. */
  readonly status: number | null;
}

export function flowRow(stream: TcpStream): FlowRow {
  const reset = stream.endings.find(({ kind }) => kind === 'rst');
  const isHttp = stream.exchanges.some(({ method, status }) => method !== null || status !== null);
  return {
    index: stream.index,
    originator: endpointText(stream.originator.address, stream.originator.port),
    responder: endpointText(stream.responder.address, stream.responder.port),
    start: rfc3339(stream.firstUs),
    seconds: (stream.lastUs - stream.firstUs) / 1_000_000,
    firstFrame: stream.firstFrame,
    protocol: stream.protocol,
    history: stream.history,
    conn_state: stream.connState,
    packets: ofBoth(stream, 'packets'),
    payloadBytes: ofBoth(stream, 'payloadBytes'),
    missedBytes: ofBoth(stream, 'missedBytes'),
    retransmissions: ofBoth(stream, 'retransmissions'),
    teardown: stream.teardown,
    closedFirst: stream.endings[0]?.from ?? null,
    resets: stream.rstCount,
    firstReset: reset === undefined ? null : firstReset(stream, reset),
    requests: isHttp ? stream.exchanges.map(httpRequest) : [],
    requestCount: isHttp ? stream.exchangeCount : 0,
    sni: stream.tls?.serverName ?? null,
    community_id: communityId(stream.originator, stream.responder),
  };
}

function ofBoth(
  { halves: { originator, responder } }: TcpStream,
  name: 'packets' | 'payloadBytes' | 'missedBytes' | 'retransmissions',
): BothSides<number> {
  return { originator: originator[name], responder: responder[name] };
}

function firstReset(stream: TcpStream, reset: Ending): FirstReset {
  return {
    frame: reset.frameNumber,
    time: rfc3339(reset.tsUs),
    by: reset.from,
    phase: phaseAt(stream, reset.before, reset.from, 'responder'),
    flags: formatFlags(reset.flags),
    shape: reset.shape,
    relativeSeq: reset.relativeSeq,
    relativeAck: reset.relativeAck,
    seq: reset.seq,
    ack: reset.ack,
  };
}

function httpRequest({ method, target, host, status }: Exchange): HttpRequest {
  return { method, target, host, status };
}
