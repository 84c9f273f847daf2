/**
 * Connections that may have carried a request without its being seen: TLS and other protocols, heads that were cut, more
 * exchanges than are kept. Where one of them could have been it, that a request is there only once proves nothing.
 */
import type { Exchange, Protocol, TcpStream } from '@resetscope/flow';

/** Plain data: it passes between threads. */
export interface Unreadable {
  readonly originator: string;
  /** `address port`. */
  readonly responder: string;
  readonly fromUs: number;
  readonly toUs: number;
}

/** What a connection shows of its requests. */
export interface Reading {
  readonly protocol: Protocol;
  /** The latest. */
  readonly exchanges: readonly Exchange[];
  readonly exchangeCount: number;
  /** Null: it carried nothing. */
  readonly lastPayloadUs: number | null;
  readonly lastUs: number;
}

/** Until when there may have been requests that are not known; null: all are. */
export function unreadUntil({ protocol, exchanges, exchangeCount, lastPayloadUs, lastUs }: Reading): number | null {
  if (lastPayloadUs === null) return null;
  const [first] = exchanges;
  const isHttp = protocol === 'http1' || (protocol === 'http2' && first !== undefined);
  if (!isHttp || exchanges.some(({ target, targetIsCut }) => target === null || targetIsCut)) return lastUs;
  return exchangeCount > exchanges.length ? (first?.requestStartUs ?? lastUs) : null;
}

/** Null: every request of the connection is known. */
export function unreadable(stream: TcpStream): Unreadable | null {
  const { originator, responder, firstUs, last } = stream;
  const toUs = unreadUntil({ ...stream, lastPayloadUs: last.lastPayloadUs });
  if (toUs === null) return null;
  return { originator: originator.address, responder: `${responder.address} ${responder.port}`, fromUs: firstUs, toUs };
}
