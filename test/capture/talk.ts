/** What clients and servers say: heads of HTTP/1, PROXY headers, and who says them. */
import type { Saying } from './conversation.ts';

/** A conversation with secrets in it. */
export interface Talk {
  readonly name: string;
  readonly sayings: readonly Saying[];
}

/** Not secret, and kept: or there was nothing to find. */
export const HOST = 'plainly-visible.test';
export const PATH = '/plainly/visible';

export const head = (...lines: readonly string[]): string => `${lines.join('\r\n')}\r\n\r\n`;
export const get = (...fields: readonly string[]): string => head(`GET ${PATH} HTTP/1.1`, `Host: ${HOST}`, ...fields);
export const post = (...fields: readonly string[]): string => head(`POST ${PATH} HTTP/1.1`, `Host: ${HOST}`, ...fields);
export const ok = (...fields: readonly string[]): string => head('HTTP/1.1 200 OK', ...fields);
export const length = (body: string): string => `Content-Length: ${body.length}`;

export const client = (...texts: readonly string[]): readonly Saying[] => texts.map((text) => ['client', text]);
export const server = (...texts: readonly string[]): readonly Saying[] => texts.map((text) => ['server', text]);

/** The signature of version 2 of the PROXY protocol, PROXY over TCP4, and the length of what follows (section 2.2). */
export const proxyV2 = (rest: string): string =>
  `\r\n\r\n\0\r\nQUIT\n\x21\x11${String.fromCharCode(rest.length >> 8, rest.length & 255)}${rest}`;
export const V2_ADDRESSES = '\x0a\x00\x00\x01\x0a\x00\x00\x02\x12\x34\x00\x50';
/** PP2_TYPE_AUTHORITY, and one of the types left to applications. */
export const tlv = (type: number, value: string): string =>
  String.fromCharCode(type, value.length >> 8, value.length & 255) + value;
