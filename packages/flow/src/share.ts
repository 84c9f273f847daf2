/**
 * One capture followed by several trackers at the same time: each sees every packet and follows its share of the connections.
 * What they count apart is put together afterwards: resets are added, streams are numbered anew.
 */

/** The share number `index`, from 0, of `of` equal ones. */
export interface Share {
  readonly index: number;
  readonly of: number;
}

export const WHOLE: Share = { index: 0, of: 1 };

/** Bits of a connection's hash that choose its share: not the ones that choose its place in the flow table. */
const SHARE_SHIFT = 20;

/** hash: packetHash. */
export function isInShare(hash: number, { index, of }: Share): boolean {
  return of === 1 || (hash >>> SHARE_SHIFT) % of === index;
}

/** Numbers streams as one tracker alone would: by first packet, over all shares. */
export class StreamNumbers {
  private readonly firstFrames: readonly Float64Array[];

  /** Per share: frame number of the first packet of each of its streams, ascending. */
  constructor(firstFrames: readonly Float64Array[]) {
    this.firstFrames = firstFrames;
  }

  /** Streams that begin before this frame: the index of the one that begins with it. */
  indexAt(firstFrame: number): number {
    return this.firstFrames.reduce((sum, frames) => sum + countBelow(frames, firstFrame), 0);
  }
}

/** How many of the ascending numbers are below `limit`. */
function countBelow(ascending: Float64Array, limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
