/** `node --import`: switches the counters on, before any source under test is loaded. */
import { register } from 'node:module';

/** Bytes; the sources under test have about a third of this. */
const COUNTERS_MAX = 16_384;

const counters = new Uint8Array(COUNTERS_MAX);
let used = 0;

globalThis.resetscopeFuzz = {
  /** The counters of one module. */
  take(count) {
    used += count;
    if (used > COUNTERS_MAX) throw new RangeError(`expected at most ${COUNTERS_MAX} counters, got ${used}`);
    return counters.subarray(used - count, used);
  },
  all: () => counters.subarray(0, used),
};
register('./instrument.mjs', import.meta.url);
