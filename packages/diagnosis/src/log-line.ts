/** A line of the reset family, ready for matching: what it says, of which connection it speaks, and when. */
import { decideSide, type ErrorLogEntry, type LineKind, lineKind, stampToEpochUs } from '@resetscope/nginx-log';
import type { Leg, LineRef } from './incident.ts';

export interface LogLine {
  readonly ref: LineRef;
  readonly entry: ErrorLogEntry;
  readonly kind: LineKind;
  /** Null when the line speaks of no TCP connection of nginx's own. */
  readonly leg: Leg | null;
  /** 0..1: how sure the side decision is. */
  readonly legCertainty: number;
  /** The client's address, also where only the message has it (`client 10.0.0.1 closed keepalive connection`). */
  readonly client: string | null;
  /** Start of the stamp's second, in the log's clock. */
  readonly stampUs: number;
  /** Live: when the line was read; null offline. */
  readonly readAtUs: number | null;
  /** Live: the line was written between then and readAtUs; null: not known. */
  readonly unwrittenAtUs: number | null;
}

/** When a line was read, live. */
export type ReadTime = Pick<LogLine, 'readAtUs' | 'unwrittenAtUs'>;

/** Of a line that was not read as it was written. */
const OFFLINE: ReadTime = { readAtUs: null, unwrittenAtUs: null };

/** ngx_http_keepalive_handler, src/http/ngx_http_request.c: the line has no `, client:` field. */
const KEEPALIVE_CLIENT = /^client (\S{1,128}) closed keepalive connection$/;

const CERTAINTY = { certain: 1, high: 0.97, low: 0.6 } as const;

/** zone: IANA name or offset of nginx's local time. @throws RangeError on an unknown zone. */
export function logLine(ref: LineRef, entry: ErrorLogEntry, zone: string, read: ReadTime = OFFLINE): LogLine {
  const side = decideSide(entry);
  const leg = side.side === 'client' || side.side === 'upstream' ? side.side : null;
  return {
    ref,
    entry,
    kind: lineKind(entry),
    leg,
    legCertainty: CERTAINTY[side.certainty],
    client: entry.client ?? KEEPALIVE_CLIENT.exec(entry.message)?.[1] ?? null,
    stampUs: stampToEpochUs(entry.stamp, zone).earliestUs,
    readAtUs: read.readAtUs,
    unwrittenAtUs: read.unwrittenAtUs,
  };
}

/** `address port` of the upstream that the line names; null without one, or when it is no IP address and port. */
export function upstreamKey({ entry: { upstream } }: LogLine): string | null {
  return upstream?.address == null || upstream.port === null ? null : `${upstream.address} ${upstream.port}`;
}
