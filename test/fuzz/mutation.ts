/** Inputs made from inputs: deterministic for a seed, so that a run can be repeated. */

/** mulberry32: 32 bits of state, enough to vary inputs. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** 0 <= n < limit; 0 for a limit of 0. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

/** Values at the edges of the fields that parsers read. */
const EDGES: readonly number[] = [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];
/** Mutations applied to one input, at most. */
const STACK_MAX = 6;
/** Bytes moved, copied or removed at once, at most. */
const BLOCK_MAX = 64;

/** Changed in place, or a new one; any length. */
type Mutation = (bytes: Uint8Array, random: Random, other: Uint8Array, words: readonly Uint8Array[]) => Uint8Array;

const MUTATIONS: readonly Mutation[] = [
  (bytes, random) => {
    bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
    return bytes;
  },
  (bytes, random) => {
    bytes[random.below(bytes.length)] = random.below(256);
    return bytes;
  },
  (bytes, random) => {
    bytes[random.below(bytes.length)]! += random.below(33) - 16;
    return bytes;
  },
  putEdge,
  (bytes, random) => {
    const [from, to] = block(bytes, random);
    return replaced(bytes, from, to, new Uint8Array(0));
  },
  (bytes, random) => {
    const [from, to] = block(bytes, random);
    const at = random.below(bytes.length + 1);
    return replaced(bytes, at, at, bytes.slice(from, to));
  },
  (bytes, random, other) => {
    const [from, to] = block(other, random);
    const at = random.below(bytes.length + 1);
    return replaced(bytes, at, Math.min(bytes.length, at + random.below(2) * (to - from)), other.slice(from, to));
  },
  (bytes, random, other) =>
    replaced(bytes, random.below(bytes.length + 1), bytes.length, other.slice(random.below(other.length))),
  (bytes, random, _, words) => {
    const at = random.below(bytes.length + 1);
    const word = words.length === 0 ? Uint8Array.of(random.below(256)) : random.pick(words);
    return replaced(bytes, at, Math.min(bytes.length, at + random.below(2) * word.length), word);
  },
  (bytes, random) => bytes.slice(0, random.below(bytes.length + 1)),
];

/** A number at the edge of 8, 16 or 32 bits, in either byte order. */
function putEdge(bytes: Uint8Array, random: Random): Uint8Array {
  const len = Math.min(bytes.length, 1 << random.below(3));
  if (len === 3 || len === 0) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = random.below(bytes.length - len + 1);
  const isLittle = random.below(2) === 1;
  const value = random.pick(EDGES);
  if (len === 1) view.setUint8(at, value);
  else if (len === 2) view.setUint16(at, value, isLittle);
  else view.setUint32(at, value, isLittle);
  return bytes;
}

function block(bytes: Uint8Array, random: Random): readonly [from: number, to: number] {
  const from = random.below(bytes.length);
  return [from, Math.min(bytes.length, from + 1 + random.below(BLOCK_MAX))];
}

function replaced(bytes: Uint8Array, from: number, to: number, by: Uint8Array): Uint8Array {
  const made = new Uint8Array(bytes.length - (to - from) + by.length);
  made.set(bytes.subarray(0, from));
  made.set(by, from);
  made.set(bytes.subarray(to), from + by.length);
  return made;
}

/** A new input from `parent`, with pieces of `other` and of `words`, of at most `maxLen` bytes. */
export function mutate(
  parent: Uint8Array,
  other: Uint8Array,
  words: readonly Uint8Array[],
  maxLen: number,
  random: Random,
): Uint8Array {
  let bytes: Uint8Array = parent.slice();
  for (let left = 1 + random.below(STACK_MAX); left > 0; left--) {
    bytes = random.pick(MUTATIONS)(bytes, random, other, words);
  }
  return bytes.length > maxLen ? bytes.slice(0, maxLen) : bytes;
}
