/** Frames with secrets where sockets do not reach: quotes of ICMP errors, padding, fragments, tunnels, segments sent again or in another order. */
import { buildTcpFrame, buildTcpPacket, joinBytes, type Seq, TcpFlag } from '@resetscope/wire';
import { ethernet, icmpError, ipv4, text } from './ip-frame.ts';

export interface FrameStory {
  readonly name: string;
  readonly framesWith: (secret: string) => readonly Uint8Array[];
}

/** Protocol numbers (IANA). */
const Protocol = { ICMP: 1, IPV4: 4, TCP: 6, UDP: 17 } as const;
const IPV4 = 0x0800;
const IPV4_HEADER_LEN = 20;
const NO_OPTIONS = new Uint8Array(0);

const HEAD = 'POST /upload HTTP/1.1\r\nHost: shop.test\r\n';
const likeHead = (secret: string): string => `GET /${secret} HTTP/1.1\r\nHost: ${secret}\r\n\r\n`;

/** Of the latest connection: each has its own. */
let port = 20_000;

/** Segments of a client on a connection of its own, each at its place in the stream of bytes. */
function segments(...parts: readonly (readonly [at: number, payload: string])[]): readonly Uint8Array[] {
  port++;
  const ends = { src: '10.8.0.2', dst: '10.8.0.1', srcPort: port, dstPort: 80 };
  const syn = buildTcpFrame({ ...ends, flags: TcpFlag.SYN, seq: 999 as Seq });
  const data = parts.map(([at, payload], i) =>
    buildTcpFrame({ ...ends, flags: TcpFlag.ACK, seq: (1000 + at) as Seq, ipId: i, payload: text(payload) }),
  );
  return [syn, ...data];
}

/** An IP packet with a segment in it. */
function packet(payload: string): Uint8Array {
  const ends = { src: '10.8.0.2', dst: '10.8.0.1', srcPort: 19_999, dstPort: 80 };
  return buildTcpPacket({ ...ends, flags: TcpFlag.ACK, payload: text(payload) });
}

const segment = (payload: string): Uint8Array => packet(payload).slice(IPV4_HEADER_LEN);

const padded = (frames: readonly Uint8Array[], padding: string): readonly Uint8Array[] =>
  frames.map((frame) => joinBytes([frame, text(padding)]));

export const FRAME_STORIES: readonly FrameStory[] = [
  {
    name: 'an ICMP error that quotes a request',
    framesWith: (secret) => [ethernet(IPV4, ipv4(Protocol.ICMP, icmpError(3, 1, packet(likeHead(secret)))))],
  },
  {
    name: 'padding behind an acknowledgment',
    framesWith: (secret) => padded(segments([0, '']), likeHead(secret)),
  },
  {
    name: 'padding behind a request',
    framesWith: (secret) => padded(segments([0, `${HEAD}\r\n`]), likeHead(secret)),
  },
  {
    name: 'the first fragment',
    framesWith: (secret) => [ethernet(IPV4, ipv4(Protocol.TCP, segment(likeHead(secret)), NO_OPTIONS, 0x2000))],
  },
  {
    name: 'a later fragment',
    framesWith: (secret) => [ethernet(IPV4, ipv4(Protocol.TCP, segment(likeHead(secret)), NO_OPTIONS, 0x0010))],
  },
  { name: 'UDP', framesWith: (secret) => [ethernet(IPV4, ipv4(Protocol.UDP, segment(likeHead(secret))))] },
  { name: 'IP in IP', framesWith: (secret) => [ethernet(IPV4, ipv4(Protocol.IPV4, packet(likeHead(secret))))] },
  {
    name: 'a part of a body that is sent again',
    framesWith: (secret) => {
      const head = `${HEAD}Content-Length: 4000\r\n\r\n`;
      return segments([0, head], [head.length, 'x'.repeat(1000)], [head.length + 500, likeHead(secret)]);
    },
  },
  {
    name: 'a body that is sent again in the middle of the next upload',
    framesWith: (secret) => {
      const body = likeHead(secret);
      const head = `${HEAD}Content-Length: ${body.length}\r\n\r\n`;
      const next = head.length + body.length;
      const nextHead = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;
      return segments([0, head], [head.length, body], [next, nextHead], [head.length, body]);
    },
  },
  {
    name: 'a body that overtakes its head',
    framesWith: (secret) => {
      const body = likeHead(secret);
      const head = `${HEAD}Content-Length: ${body.length}\r\n\r\n`;
      return segments([head.length, body], [0, head]);
    },
  },
];
