/** HTTP/2 frames, built (RFC 9113 section 4.1) or recorded from node:http2 in memory. */
import { connect, createServer, type OutgoingHttpHeaders } from 'node:http2';
import { joinBytes } from '@resetscope/wire';
import { latin1Bytes } from './follow.ts';
import { type Flight, wire } from './wire.ts';

export const PREFACE: Uint8Array = latin1Bytes('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

const u32 = (value: number): readonly number[] => [
  value >>> 24,
  (value >>> 16) & 0xff,
  (value >>> 8) & 0xff,
  value & 0xff,
];

export function frame(type: number, flags: number, streamId: number, payload: ArrayLike<number> = []): Uint8Array {
  return Uint8Array.from([...u32(payload.length).slice(1), type, flags, ...u32(streamId), ...Array.from(payload)]);
}

export const all = (...parts: readonly Uint8Array[]): Uint8Array => joinBytes(parts);

export const SETTINGS: Uint8Array = frame(4, 0, 0);
/** GET / with :authority a, from the static table and one literal. */
export const GET_BLOCK: readonly number[] = [0x82, 0x84, 0x41, 1, 0x61];
export const POST_BLOCK: readonly number[] = [0x83, 0x84, 0x41, 1, 0x61];
/** :status 200. */
export const OK_BLOCK: readonly number[] = [0x88];

export const rstStream = (streamId: number, errorCode: number): Uint8Array => frame(3, 0, streamId, u32(errorCode));
export const goAway = (lastStreamId: number, errorCode: number): Uint8Array =>
  frame(7, 0, 0, [...u32(lastStreamId), ...u32(errorCode)]);

export interface Http2Request {
  readonly headers: OutgoingHttpHeaders;
  readonly body?: Uint8Array;
}

/** What both ends of node:http2 wrote, in order: these requests one after the other, each answered with `status` and a body. */
export async function recordHttp2(requests: readonly Http2Request[], answerLen: number): Promise<readonly Flight[]> {
  const flights: Flight[] = [];
  const [near, far] = wire((from, bytes) => flights.push({ from, bytes: Uint8Array.from(bytes) }));
  const server = createServer();
  server.on('stream', (stream, headers) => {
    const endStream = headers[':method'] === 'HEAD';
    stream.resume();
    stream.on('end', () => {
      stream.respond({ ':status': 201, 'x-answer': 'é!"#$%&<>|~' }, { endStream });
      if (!endStream) stream.end(new Uint8Array(answerLen));
    });
  });
  server.emit('connection', far);
  const client = connect('http://www.shop.test', { createConnection: () => near });
  for (const { headers, body } of requests)
    await new Promise((resolve, reject) => {
      const stream = client.request(headers);
      stream.on('close', resolve);
      stream.on('error', reject);
      stream.resume();
      stream.end(body);
    });
  client.destroy();
  far.destroy();
  return flights;
}
