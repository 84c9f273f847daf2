/**
 * One TCP connection as the packets show it: what the tracker hands to diagnosis and report. The two ends are
 * originator (sent the SYN) and responder, never client and server: packets do not know who serves. Plain readonly data,
 * complete and independent of the capture.
 */
import type { Exchange } from './exchange.ts';
import type { Http2Summary } from './http2-exchanges.ts';
import type { ProxyHeader } from './proxy-header.ts';
import type { Side } from './side.ts';
import type { TeardownName } from './teardown.ts';
import type { TlsSummary } from './tls-reader.ts';

export interface Endpoint {
  /** `10.0.0.1` or RFC 5952 IPv6, no brackets. */
  readonly address: string;
  readonly port: number;
}

/** One packet of the stream, kept for ladder and evidence. */
export interface Segment {
  readonly frameNumber: number;
  readonly tsUs: number;
  readonly from: Side;
  /** TcpFlag bits. */
  readonly flags: number;
  /** tcp.seq_raw, tcp.ack_raw. */
  readonly seq: number;
  readonly ack: number;
  /** As sent, before scaling. */
  readonly window: number;
  /** Payload bytes on the wire. */
  readonly payloadLen: number;
  readonly ttl: number;
  /** -1 for IPv6. */
  readonly ipId: number;
  /** What starts in this segment: `POST /pay`, `200`, `ClientHello www.shop.test`, two with a comma; empty otherwise. */
  readonly label: string;
}

/**
 * Who built a RST (docs/verdicts.md): `active` a socket that aborts, `stateless` a host without such a socket, `refuse` the
 * answer to a SYN, `foreign` none of these.
 */
export type ResetShape = 'active' | 'stateless' | 'refuse' | 'foreign';

/** State of both directions at one moment, in bytes of the stream (offset 0 = first payload byte). */
export interface Moment {
  /** Bytes sent by each side so far (highest payload offset seen). */
  readonly sent: Readonly<Record<Side, number>>;
  /** Bytes of each side's stream that the other side's kernel has acknowledged. */
  readonly acked: Readonly<Record<Side, number>>;
  /** Which sides had sent a FIN before. */
  readonly fin: Readonly<Record<Side, boolean>>;
  /** Number of HTTP exchanges that had begun. */
  readonly exchanges: number;
  /** The exchange in progress or just finished, as it stood; null before the first request byte. */
  readonly exchange: Exchange | null;
  /** Time of the last payload byte in either direction; null when there was none. */
  readonly lastPayloadUs: number | null;
}

/** A FIN or RST: the events that end a connection, in order of arrival. */
export interface Ending {
  readonly kind: 'fin' | 'rst';
  readonly frameNumber: number;
  readonly tsUs: number;
  readonly from: Side;
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
  readonly window: number;
  /** Relative to the initial sequence numbers, as Wireshark shows them. */
  readonly relativeSeq: number;
  readonly relativeAck: number;
  readonly payloadLen: number;
  readonly ttl: number;
  readonly ipId: number;
  /** RST only; null for a FIN. */
  readonly shape: ResetShape | null;
  /** RST window clearly larger than the last one advertised: unread data (rst-causes section 0, fact 5). */
  readonly windowGrew: boolean;
  /** TTL seen before from this side; null when there is nothing to compare with. */
  readonly ttlMatches: boolean | null;
  /** A timestamp option is there exactly when the flow uses them; null when nothing to compare with. */
  readonly optionsMatch: boolean | null;
  /** IP ID follows the side's previous one; null for IPv6 or nothing to compare with. */
  readonly ipIdFollows: boolean | null;
  /** State just before this packet. */
  readonly before: Moment;
}

export interface HalfSummary {
  readonly packets: number;
  /** Payload bytes on the wire, retransmissions counted once (highest offset seen). */
  readonly payloadBytes: number;
  readonly retransmissions: number;
  /** Bytes the other side acknowledged without their being in the capture. */
  readonly missedBytes: number;
  /** Commonest TTL (hop limit) of its packets other than RST; null when it sent none. */
  readonly ttl: number | null;
  /** Initial sequence number, the zero of tcp.seq: of the SYN, else one before the first number seen. */
  readonly isn: number;
  readonly usesTimestamps: boolean;
}

export type Protocol = 'none' | 'http1' | 'http2' | 'tls' | 'unknown';

export interface TcpStream {
  /** tcp.stream: counts connections in order of their first packet, from 0. */
  readonly index: number;
  readonly originator: Endpoint;
  readonly responder: Endpoint;
  readonly sawSyn: boolean;
  readonly sawSynAck: boolean;
  /** Handshake completed in the capture. */
  readonly established: boolean;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly firstFrame: number;
  readonly halves: Readonly<Record<Side, HalfSummary>>;
  /** What a proxy said before the first byte of the protocol; null when none did. */
  readonly proxyHeader: ProxyHeader | null;
  readonly protocol: Protocol;
  /** HTTP exchanges, oldest first; at most the last 32 are kept. */
  readonly exchanges: readonly Exchange[];
  readonly exchangeCount: number;
  readonly tls: TlsSummary | null;
  /** Null when the connection did not speak HTTP/2 over cleartext TCP. */
  readonly http2: Http2Summary | null;
  /** FINs and RSTs, at most the first 16. */
  readonly endings: readonly Ending[];
  readonly rstCount: number;
  /** Zeek's history letters: upper case originator, lower case responder. */
  readonly history: string;
  /** Zeek's conn_state. */
  readonly connState: string;
  readonly teardown: TeardownName;
  /** Kept packets: the first and the last of the stream. */
  readonly segments: readonly Segment[];
  /** Packets between them that were not kept. */
  readonly omittedSegments: number;
  /** State after the last packet. */
  readonly last: Moment;
}
