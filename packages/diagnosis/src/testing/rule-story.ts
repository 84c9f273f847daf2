/** What the rules are tested with: a connection, what nginx noticed of it, and what it wrote. */
import { otherSide, type Side, type TcpStream } from '@resetscope/flow';
import { type CaseFile, openCase } from '../case-file.ts';
import type { Leg } from '../incident.ts';
import type { LogLine } from '../log-line.ts';
import { nginxSideOf } from '../nginx-side.ts';
import type { Notice } from '../notice.ts';
import { Surroundings } from '../surroundings.ts';
import { type LineParts, lineOf } from './log-text.ts';
import { StreamBuilder, type StreamEnds } from './stream-builder.ts';

export const GET = 'GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\n';
export const POST_HEAD = 'POST /pay HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 10\r\n\r\n';
export const POST = `${POST_HEAD}0123456789`;
export const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
export const HALF = 'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nhello';
export const UNMEASURED = 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello';
export const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
export const UPGRADE = 'GET /ws HTTP/1.1\r\nHost: shop.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
/** Record header, handshake type 1, cut: enough to be a ClientHello. */
export const CLIENT_HELLO = Uint8Array.of(22, 3, 1, 0, 8, 1, 0, 0, 4, 3, 3, 0, 0);
export const FATAL_UNKNOWN_CA = Uint8Array.of(21, 3, 3, 0, 2, 2, 48);
export const SERVER: StreamEnds = { client: '10.0.0.2', server: '10.0.1.3', serverPort: 8080 };
export const SERVER_AT = { address: '10.0.1.3', port: 8080 };

export const toNginx = (): StreamBuilder => new StreamBuilder().open();
export const toUpstream = (ends: StreamEnds = {}): StreamBuilder => new StreamBuilder({ ...SERVER, ...ends }).open();

export interface Story {
  readonly title: string;
  readonly leg: Leg;
  readonly stream: TcpStream;
  readonly line?: LogLine;
  /** The ending nginx noticed; the peer's first RST, else its first FIN, unless told. Null: silence. */
  readonly ending?: { readonly kind: 'fin' | 'rst'; readonly from: Side } | null;
  readonly surroundings?: Surroundings;
  readonly notices?: readonly Notice[];
}

export function caseOf({ leg, stream, line, ending, surroundings, notices }: Story): CaseFile {
  const peer = otherSide(nginxSideOf(leg));
  const noticed =
    ending === undefined
      ? (stream.endings.find((e) => e.kind === 'rst' && e.from === peer) ?? stream.endings.find((e) => e.from === peer))
      : stream.endings.find((e) => e.kind === ending?.kind && e.from === ending.from);
  return openCase({
    entry: line?.entry ?? null,
    kind: line?.kind ?? null,
    leg,
    stream,
    ending: noticed ?? null,
    surroundings: surroundings ?? new Surroundings(),
    notices: notices ?? [],
  });
}

export function client(title: string, builder: StreamBuilder, more: Partial<Story> = {}): Story {
  return { title, leg: 'client', stream: builder.build(), ...more };
}

export function upstream(title: string, builder: StreamBuilder, more: Partial<Story> = {}): Story {
  return { title, leg: 'upstream', stream: builder.build(), ...more };
}

export function line(parts: LineParts): { readonly line: LogLine } {
  return { line: lineOf(parts) };
}

/** What makes a rule answer, and what looks like it and is something else. */
export interface Stories {
  readonly fires: readonly Story[];
  readonly misses: readonly (Story & { readonly cause: string })[];
}
