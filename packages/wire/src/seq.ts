/** Sequence space (RFC 9293 section 3.4): 32-bit numbers that wrap. */

/** 0..2^32-1, modulo 2^32; also timestamps values (RFC 7323). Never compare with `<`: use seqDiff. */
export type Seq = number;

/** a - b in sequence space, -2^31..2^31-1: negative when a comes before b. */
export function seqDiff(a: Seq, b: Seq): number {
  return (a - b) | 0;
}
