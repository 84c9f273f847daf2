/** What a matched line tells of its request on its own leg: where the search for the other one begins. */
import type { Exchange, TcpStream } from '@resetscope/flow';
import type { AccessLog } from './access-log.ts';
import type { Candidate } from './candidate.ts';
import { type LogLine, upstreamKey } from './log-line.ts';

/**
 * nginx asks the upstream in the same round of its event loop in which it has read the request (0.1 to 2 ms on the corpus); a
 * loaded worker takes longer. A retry comes later and is not joined by time.
 */
export const ASKS_WITHIN_US: number = 50_000;
/** Packets of one host are stamped by one clock, but not always in the order in which nginx met them (a softirq per CPU). */
export const JITTER_US: number = 100;

/** One request on one connection. */
export interface Asked {
  readonly stream: TcpStream;
  readonly exchange: Exchange;
}

/** What is known of the request on the leg that the line speaks of. */
export interface Known {
  readonly line: LogLine;
  readonly stream: TcpStream;
  readonly exchange: Exchange | null;
  /** sentUs; without a request, when the connection was begun. */
  readonly startUs: number;
  readonly endUs: number;
}

export function knownOf(line: LogLine, { stream, ending }: Candidate): Known {
  const endUs = ending?.tsUs ?? stream.lastUs;
  const exchange = exchangeOf(line, stream, ending?.before.exchange ?? stream.last.exchange);
  return { line, stream, exchange, startUs: exchange === null ? stream.firstUs : sentUs({ stream, exchange }), endUs };
}

/** Of several requests at the same time (HTTP/2) the line's; null when it may be one or another. */
function exchangeOf(line: LogLine, { exchanges, protocol }: TcpStream, current: Exchange | null): Exchange | null {
  const target = line.entry.request?.target;
  if (protocol !== 'http2' || target == null) return current;
  const [one, another] = exchanges.filter((exchange) => exchange.target === target);
  return another === undefined ? (one ?? null) : null;
}

/** When nginx turned to the upstream: with the SYN for the first request of a connection. */
export function sentUs({ stream, exchange }: Asked): number {
  return stream.sawSyn && exchange.index === 0 ? stream.firstUs : exchange.requestStartUs;
}

/** upstreamKey of the line, else of the last attempt that the access log has. */
export function upstreamNamed(line: LogLine, accessLog: AccessLog | null): string | null {
  return upstreamKey(line) ?? keyOf(accessLog?.requestOf(line)?.upstreamAddrs.at(-1));
}

/** `10.0.1.3:8080` or `[2001:db8::1]:8080` of $upstream_addr as upstreamKey has it; null for a unix socket or a group's name. */
function keyOf(addr: string | undefined): string | null {
  const parts = /^\[?([0-9a-fA-F.:]+?)\]?:(\d{1,5})$/.exec(addr ?? '');
  return parts === null ? null : `${parts[1]} ${parts[2]}`;
}
