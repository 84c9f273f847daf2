/**
 * A line against a compiled `log_format`. A value may hold what looks like the text after it (a request without quotes,
 * `escape=none`), so an end is taken back when the rest of the line does not fit. The tries are counted: a line that a
 * client made to be hard is given up, not pondered.
 */
import type { AccessLogFormat, ValueShape } from './log-format.ts';

/** Ends tried in one line; one per variable is the rule (chosen). */
const TRIES_MAX = 20_000;

/** Characters that a likely end looks at. */
const LIKELY_END_LEN = 16;

/** The values as written, in the order of the format's variables; null when the line does not fit, or was given up. */
export function matchFormat(format: AccessLogFormat, text: string): readonly string[] | null {
  const match = new Match(format, text);
  return match.place(0, 0) ? match.values : null;
}

class Match {
  readonly values: string[] = [];
  readonly #format: AccessLogFormat;
  readonly #text: string;
  /** Places from which the rest is known not to fit: part and offset as one number. */
  readonly #dead = new Set<number>();
  #tries = 0;

  constructor(format: AccessLogFormat, text: string) {
    this.#format = format;
    this.#text = text;
  }

  /** Does the text from `at` fit the format from its part `index` on? Leaves their values. */
  place(index: number, at: number): boolean {
    const part = this.#format.parts[index];
    if (part === undefined) return at + this.#format.tail.length === this.#text.length;
    const start = at + part.literal.length;
    const key = index * (this.#text.length + 1) + at;
    if (!this.#text.startsWith(part.literal, at) || this.#dead.has(key)) return false;
    for (const end of this.#likeliestFirst(part.value, start, this.#ends(index, start))) {
      if (++this.#tries > TRIES_MAX) return false;
      this.values[index] = this.#text.slice(start, end);
      if (part.value.whole?.test(this.values[index] as string) === false) continue;
      if (this.place(index + 1, end)) return true;
    }
    this.#dead.add(key);
    return false;
  }

  *#likeliestFirst({ likelyEnd }: ValueShape, start: number, ends: Iterable<number>): Generator<number> {
    if (likelyEnd === undefined) return yield* ends;
    const others: number[] = [];
    for (const end of ends) {
      if (likelyEnd.test(this.#text.slice(Math.max(start, end - LIKELY_END_LEN), end))) yield end;
      else others.push(end);
    }
    yield* others;
  }

  /** Where the value that starts at `start` may end: before the text that follows it in the format. */
  *#ends(index: number, start: number): Generator<number> {
    const { parts, tail } = this.#format;
    const { reach, prefersLongest } = (parts[index] as AccessLogFormat['parts'][number]).value;
    reach.lastIndex = start;
    const last = start + (reach.exec(this.#text)?.[0].length ?? 0);
    const next = parts[index + 1]?.literal ?? tail;
    if (index === parts.length - 1) {
      const end = this.#text.length - tail.length;
      if (end >= start && end <= last && this.#text.endsWith(tail)) yield end;
    } else if (prefersLongest) {
      for (let end = this.#text.lastIndexOf(next, last); end >= start; end = this.#text.lastIndexOf(next, end - 1)) {
        yield end;
        if (end === 0) return;
      }
    } else {
      for (
        let end = this.#text.indexOf(next, start);
        end !== -1 && end <= last;
        end = this.#text.indexOf(next, end + 1)
      ) {
        yield end;
        if (end === this.#text.length) return;
      }
    }
  }
}
