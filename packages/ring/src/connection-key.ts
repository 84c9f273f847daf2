/** A TCP connection by its two ends, and the 32-bit hash under which a block's index lists it. */
import { type AddressWords, parseAddress } from '@resetscope/wire';

/** The two ends, in no order. */
export interface ConnectionKey {
  readonly addressA: string;
  readonly portA: number;
  readonly addressB: string;
  readonly portB: number;
}

/** Source and destination as the decoder of @resetscope/wire gives them: its Packet fits. */
export interface Endpoints {
  readonly src0: number;
  readonly src1: number;
  readonly src2: number;
  readonly src3: number;
  readonly srcPort: number;
  readonly dst0: number;
  readonly dst1: number;
  readonly dst2: number;
  readonly dst3: number;
  readonly dstPort: number;
}

/** One round and the finalizer of MurmurHash3_x86_32 (smhasher, src/MurmurHash3.cpp). */
function mixWord(hash: number, word: number): number {
  const k = Math.imul(word, 0xcc9e2d51);
  const mixed = hash ^ Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Of the first three words of every IPv4-mapped address. */
const MAPPED = mixWord(mixWord(mixWord(0, 0), 0), 0xffff);

function hashEndpoint(w0: number, w1: number, w2: number, w3: number, port: number): number {
  const isMapped = w2 === 0xffff && w1 === 0 && w0 === 0;
  const prefix = isMapped ? MAPPED : mixWord(mixWord(mixWord(0, w0), w1), w2);
  return mixWord(mixWord(prefix, w3), port);
}

/** Hash of a packet that belongs to no connection. */
export const NO_CONNECTION = 0;

/** Hash of the end that sent, 32 bits signed. */
export function hashSource({ src0, src1, src2, src3, srcPort }: Endpoints): number {
  return hashEndpoint(src0, src1, src2, src3, srcPort);
}

/** Hash of the end that is sent to. */
export function hashDestination({ dst0, dst1, dst2, dst3, dstPort }: Endpoints): number {
  return hashEndpoint(dst0, dst1, dst2, dst3, dstPort);
}

/** int32, not 0, of the hashes of both ends in any order. Different connections may share it: compare the ends afterwards. */
export function pairHash(a: number, b: number): number {
  const [low, high] = a < b ? [a, b] : [b, a];
  return finish((Math.imul(low, 0x9e3779b1) + high) | 0) || 1;
}

/** 1..2^32-1: pairHash as the index of a block has it, the same in both directions. */
export function hashEndpoints(ends: Endpoints): number {
  return pairHash(hashSource(ends), hashDestination(ends)) >>> 0;
}

/** The key's ends as numbers, A as source; null when an address is not an IP address. */
export function keyEndpoints(key: ConnectionKey): Endpoints | null {
  const a = parseAddress(key.addressA);
  const b = parseAddress(key.addressB);
  return a === null || b === null ? null : endpointsOf(a, key.portA, b, key.portB);
}

function endpointsOf(a: AddressWords, portA: number, b: AddressWords, portB: number): Endpoints {
  const [src0, src1, src2, src3] = a;
  const [dst0, dst1, dst2, dst3] = b;
  return { src0, src1, src2, src3, srcPort: portA, dst0, dst1, dst2, dst3, dstPort: portB };
}

/** hashEndpoints of a key; null when an address is not an IP address. */
export function connectionHash(key: ConnectionKey): number | null {
  const ends = keyEndpoints(key);
  return ends === null ? null : hashEndpoints(ends);
}

/** Do both speak of the same connection, in either direction? */
export function sameConnection(a: Endpoints, b: Endpoints): boolean {
  const straight =
    a.srcPort === b.srcPort &&
    a.dstPort === b.dstPort &&
    sameWords(a.src0, a.src1, a.src2, a.src3, b.src0, b.src1, b.src2, b.src3) &&
    sameWords(a.dst0, a.dst1, a.dst2, a.dst3, b.dst0, b.dst1, b.dst2, b.dst3);
  return (
    straight ||
    (a.srcPort === b.dstPort &&
      a.dstPort === b.srcPort &&
      sameWords(a.src0, a.src1, a.src2, a.src3, b.dst0, b.dst1, b.dst2, b.dst3) &&
      sameWords(a.dst0, a.dst1, a.dst2, a.dst3, b.src0, b.src1, b.src2, b.src3))
  );
}

function sameWords(
  a0: number,
  a1: number,
  a2: number,
  a3: number,
  b0: number,
  b1: number,
  b2: number,
  b3: number,
): boolean {
  return a3 === b3 && a2 === b2 && a1 === b1 && a0 === b0;
}
