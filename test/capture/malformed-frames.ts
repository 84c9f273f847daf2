/** Ethernet frames that are wrong in all ways: whole frames of every kind the decoder knows, and mutations of them. Deterministic. */
import { buildTcpFrame, buildTcpPacket, joinBytes, type Seq, TcpFlag } from '@resetscope/wire';
import { mutate, Random } from '../fuzz/mutation.ts';
import { ADDRESSES, ethernet, icmpError, ipv4, ipv6, text, u16 } from './ip-frame.ts';

const SEED = 20_261_122;
/** Ethernet needs its header: less cannot be sent. */
const MIN_LEN = 14;
/** No mutation touches the addresses: they number the frames. */
const ADDRESSES_LEN = 12;

const V4 = { src: '10.8.0.2', dst: '10.8.0.1', srcPort: 40_000, dstPort: 80, seq: 1000 as Seq, ack: 2000 as Seq };
const V6 = { ...V4, src: 'fd00::2', dst: 'fd00::1' };
const ACK = { flags: TcpFlag.ACK };
const REQUEST = {
  flags: TcpFlag.PSH | TcpFlag.ACK,
  payload: text('GET / HTTP/1.1\r\nHost: a.test\r\nCookie: a=b\r\n\r\n'),
};

const segment = buildTcpPacket({ ...V4, ...REQUEST }).slice(20);
/** Next header, length in units of 8 beyond the first, padding (RFC 8200 section 4.2). */
const extension = (next: number, units = 0): Uint8Array => {
  const header = new Uint8Array(8 + 8 * units);
  header.set([next, units, 1, header.length - 4]);
  return header;
};

/** Frames that the capture must keep. */
export const GOOD_FRAMES: readonly Uint8Array[] = [
  buildTcpFrame({ ...V4, ...REQUEST }),
  buildTcpFrame({ ...V6, ...REQUEST }),
  buildTcpFrame({ ...V4, ...ACK, vlan: 7 }),
  buildTcpFrame({ ...V4, flags: TcpFlag.RST | TcpFlag.ACK }),
  buildTcpFrame({
    ...V4,
    flags: TcpFlag.SYN,
    options: [{ kind: 'mss', value: 1460 }, { kind: 'sack-permitted' }, { kind: 'window-scale', shift: 7 }],
  }),
  ethernet(0x0800, ipv4(6, segment, new Uint8Array(40).fill(1))),
  ethernet(0x88a8, u16(5, 0x8100, 6, 0x0800), buildTcpPacket({ ...V4, ...REQUEST })),
  ethernet(0x86dd, ipv6(60, joinBytes([extension(6, 2), segment]))),
  ethernet(0x86dd, ipv6(0, joinBytes([extension(43), extension(60), extension(6), segment]))),
  ethernet(0x0800, ipv4(1, icmpError(3, 1, buildTcpPacket({ ...V4, ...REQUEST }).slice(0, 28)))),
  ethernet(0x86dd, ipv6(58, icmpError(1, 4, buildTcpPacket({ ...V6, ...REQUEST })))),
  // A pure acknowledgment in a frame of the least length: padding behind it.
  joinBytes([buildTcpFrame({ ...V4, ...ACK }), text('padded')]),
];

/** Others that make good parents. */
const OTHER_FRAMES: readonly Uint8Array[] = [
  ethernet(0x0800, ipv4(6, segment, new Uint8Array(0), 0x2000)),
  ethernet(0x0800, ipv4(6, segment, new Uint8Array(0), 0x2004)),
  ethernet(0x86dd, ipv6(44, joinBytes([Uint8Array.of(6, 0, 0, 1, 0, 0, 0, 9), segment]))),
  ethernet(0x0800, ipv4(41, buildTcpPacket({ ...V6, ...REQUEST }))),
  ethernet(0x0800, ipv4(4, buildTcpPacket({ ...V4, ...REQUEST }))),
  ethernet(0x0800, ipv4(1, icmpError(11, 0, ipv4(1, icmpError(3, 3, segment))))),
  ethernet(0x0800, ipv4(17, joinBytes([u16(53, 53, 8, 0), segment]))),
  ethernet(0x8847, Uint8Array.of(0, 1, 1, 64), buildTcpPacket({ ...V4, ...REQUEST })),
  ethernet(0x8100, u16(1, 0x8100, 2, 0x8100, 3, 0x8100, 4, 0x0800), buildTcpPacket({ ...V4, ...REQUEST })),
  ethernet(0x86dd, ipv6(0, joinBytes([...Array.from({ length: 100 }, () => extension(60, 3)), extension(6), segment]))),
  ethernet(0x0026, text('an 802.3 length, and then some bytes')),
  ethernet(0x0806, new Uint8Array(28)),
  ethernet(0x0800, ipv4(6, joinBytes([segment, new Uint8Array(8000).fill(0x41)]))),
];

/** EtherTypes, protocol numbers and lengths that lead somewhere. */
const WORDS: readonly Uint8Array[] = [
  ...[0x0800, 0x86dd, 0x8100, 0x88a8, 0x8847, 0x2000, 0x1fff, 0xffff, 0x4500, 0x6000].map((word) => u16(word)),
  ...[0, 1, 4, 6, 17, 41, 43, 44, 47, 50, 51, 58, 60].map((protocol) => Uint8Array.of(protocol)),
  extension(60),
  extension(44),
  extension(6),
];

/** One good frame (by number: see isGood) for every nine mutations. parents: more frames to make mutations of. */
export function malformedFrames(count: number, maxLen: number, parents: readonly Uint8Array[]): readonly Uint8Array[] {
  const random = new Random(SEED);
  const all = [...GOOD_FRAMES, ...OTHER_FRAMES, ...parents];
  return Array.from({ length: count }, (_, number) => {
    if (isGood(number)) return GOOD_FRAMES[(number / 10) % GOOD_FRAMES.length] as Uint8Array;
    const parent = random.pick(all);
    const bytes = mutate(parent.slice(ADDRESSES_LEN), random.pick(all).slice(ADDRESSES_LEN), WORDS, maxLen, random);
    const frame = joinBytes([ADDRESSES, bytes]);
    return frame.length < MIN_LEN ? parent : frame;
  });
}

export function isGood(number: number): boolean {
  return number % 10 === 0;
}
