/** One thing to fuzz: bytes in, and promises that must hold whatever the bytes are. */
import { Random } from './mutation.ts';

export interface FuzzTarget {
  readonly name: string;
  /** Bytes of an input, at most. */
  readonly maxLen: number;
  /** Good inputs to start from. */
  readonly seeds: () => readonly Uint8Array[];
  /** Words of the format, for the mutations. */
  readonly words: readonly Uint8Array[];
  /** Throws when a promise is broken. Runs again with the same bytes give the same answer. */
  readonly run: (input: Uint8Array) => void;
}

/** Text as bytes, one per character. */
export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** Fails unless both are the same data. `what`: what should not have changed it. */
export function expectSame(what: string, expected: unknown, got: unknown): void {
  const [before, after] = [JSON.stringify(expected), JSON.stringify(got)];
  if (before !== after) throw new Error(`${what} changes the result\n  from ${before}\n  to   ${after}`);
}

/** Fails unless `holds`. */
export function promise(what: string, holds: boolean, got?: unknown): void {
  if (!holds) throw new Error(`${what}, got ${JSON.stringify(got)}`);
}

/** The same bytes in pieces of 1 to 16 bytes, or of up to all of them: the cuts follow from the bytes. */
export function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  const random = new Random(bytes.reduce((sum, byte) => (Math.imul(sum, 31) + byte) | 0, bytes.length));
  const largest = random.below(2) === 0 ? 16 : Math.max(1, bytes.length);
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + 1 + random.below(largest));
    yield bytes.subarray(at, end);
    at = end;
  }
}
