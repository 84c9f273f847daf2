/**
 * The two ends of a connection as numbers: equal for both directions, no text made per packet. An end is five numbers: the
 * words of its address and its port.
 */
import { addressText, type Packet, TcpFlag } from '@resetscope/wire';
import type { Endpoint } from './tcp-stream.ts';

/** The sender of the first packet, then its receiver. */
export type FourTuple = readonly number[];

const END_LEN = 5;

export function tupleOf(p: Packet): FourTuple {
  return [p.src0, p.src1, p.src2, p.src3, p.srcPort, p.dst0, p.dst1, p.dst2, p.dst3, p.dstPort];
}

/** The same for both directions. */
export function packetHash(p: Packet): number {
  return mix(endHash(p.src0, p.src1, p.src2, p.src3, p.srcPort) + endHash(p.dst0, p.dst1, p.dst2, p.dst3, p.dstPort));
}

/** packetHash of its packets. */
export function tupleHash(k: FourTuple): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0, j = 0] = k;
  return mix(endHash(a, b, c, d, e) + endHash(f, g, h, i, j));
}

/** Which end of the tuple sent the packet: 0 the first, 1 the second, null neither. The parts that differ most come first. */
export function senderIn(k: FourTuple, p: Packet): 0 | 1 | null {
  if (k[4] === p.srcPort && k[9] === p.dstPort && isSource(k, 0, p) && isDestination(k, END_LEN, p)) return 0;
  if (k[9] === p.srcPort && k[4] === p.dstPort && isSource(k, END_LEN, p) && isDestination(k, 0, p)) return 1;
  return null;
}

export function endpointsOf(k: FourTuple): readonly [Endpoint, Endpoint] {
  return [endpointAt(k, 0), endpointAt(k, END_LEN)];
}

/** Until a SYN or HTTP tells: not the end that is known to answer; else that of the higher port. */
export function likelyOriginator(
  { flags, srcPort, dstPort }: Packet,
  tuple: FourTuple,
  responders: ReadonlySet<string>,
): 0 | 1 {
  if (responders.size > 0 && (flags & TcpFlag.SYN) === 0) {
    const [first, second] = endpointsOf(tuple).map(({ address, port }) => responders.has(`${address} ${port}`));
    if (first !== second) return first === true ? 1 : 0;
  }
  return srcPort >= dstPort ? 0 : 1;
}

function isSource(k: FourTuple, at: number, p: Packet): boolean {
  return k[at + 3] === p.src3 && k[at + 2] === p.src2 && k[at + 1] === p.src1 && k[at] === p.src0;
}

function isDestination(k: FourTuple, at: number, p: Packet): boolean {
  return k[at + 3] === p.dst3 && k[at + 2] === p.dst2 && k[at + 1] === p.dst1 && k[at] === p.dst0;
}

function endpointAt(k: FourTuple, at: number): Endpoint {
  const [w0 = 0, w1 = 0, w2 = 0, w3 = 0, port = 0] = k.slice(at, at + END_LEN);
  return { address: addressText(w0, w1, w2, w3), port };
}

function endHash(w0: number, w1: number, w2: number, w3: number, port: number): number {
  return mix(
    Math.imul(w3, 0x9e3779b1) ^ Math.imul(w2 ^ (port << 16), 0x85ebca6b) ^ Math.imul(w1, 0xc2b2ae35) ^ w0 ^ port,
  );
}

/** Finaliser of MurmurHash3 (fmix32). */
function mix(x: number): number {
  let h = x | 0;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
