/**
 * The access lines of the last while by key, in memory: bounded by age and by bytes, the oldest go first. Lines lie as bytes in one
 * round buffer, their places in typed arrays, chained by the hash of their key: what is held for a minute must not be walked by
 * the garbage collector (half of the CPU with strings and a Map, measured). Two keys of one hash in 32 bits find each other's lines;
 * who asks compares.
 */
import { Buffer } from 'node:buffer';
import type { AccessKey } from './access-key.ts';

/** Bytes of a line where they lie now. */
export interface LineBytes {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

export interface RecentLine {
  /** The line in latin1. */
  readonly text: string;
  /** Its log's log_format. */
  readonly format: string;
  readonly readAtMs: number;
}

export interface WindowLimits {
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}

/** Shortest line worth planning for: there are places for as many of these as fill the buffer. */
const LINE_MIN_LEN = 128;
/** Places per chain, when all are full. */
const CHAIN_LEN = 4;
const NONE = -1;

export class AccessWindow {
  /** Lines that were pushed out before their time, since the start. */
  pushedOut = 0;
  readonly #limits: WindowLimits;
  readonly #buffer: Buffer;
  readonly #places: number;
  /** Lines are numbered from 0; line n is described at n modulo #places. */
  #oldest = 0;
  #next = 0;
  /** Offset after the latest line. */
  #end = 0;
  readonly #hash: Uint32Array;
  readonly #start: Uint32Array;
  readonly #len: Uint32Array;
  readonly #format: Uint16Array;
  readonly #readAtMs: Float64Array;
  /** Number of the line before it in its chain. */
  readonly #before: Float64Array;
  /** Number of the latest line of each chain. */
  readonly #latest: Float64Array;
  readonly #formats: string[] = [];

  constructor(limits: WindowLimits) {
    this.#limits = limits;
    this.#buffer = Buffer.alloc(limits.maxBytes);
    this.#places = Math.max(1, Math.ceil(limits.maxBytes / LINE_MIN_LEN));
    this.#hash = new Uint32Array(this.#places);
    this.#start = new Uint32Array(this.#places);
    this.#len = new Uint32Array(this.#places);
    this.#format = new Uint16Array(this.#places);
    this.#readAtMs = new Float64Array(this.#places);
    this.#before = new Float64Array(this.#places);
    this.#latest = new Float64Array(Math.max(1, Math.ceil(this.#places / CHAIN_LEN))).fill(NONE);
  }

  get lines(): number {
    return this.#next - this.#oldest;
  }

  /** Of the lines held. */
  get bytes(): number {
    let sum = 0;
    for (let n = this.#oldest; n < this.#next; n++) sum += this.#len[n % this.#places] as number;
    return sum;
  }

  /** The bytes are copied. A line longer than the buffer is left out. */
  add(key: AccessKey, line: LineBytes, format: string, nowMs: number): void {
    this.forget(nowMs);
    const len = line.end - line.start;
    if (len > this.#buffer.length) return;
    const start = this.#room(len);
    this.#buffer.set(line.bytes.subarray(line.start, line.end), start);
    const place = this.#next % this.#places;
    const hash = hashOf(key);
    const chain = hash % this.#latest.length;
    this.#hash[place] = hash;
    this.#start[place] = start;
    this.#len[place] = len;
    this.#format[place] = this.#formatIndex(format);
    this.#readAtMs[place] = nowMs;
    this.#before[place] = this.#latest[chain] as number;
    this.#latest[chain] = this.#next++;
    this.#end = start + len;
  }

  /** The newest `max`, oldest first. */
  find(key: AccessKey, max: number): readonly RecentLine[] {
    const found: RecentLine[] = [];
    const hash = hashOf(key);
    let n = this.#latest[hash % this.#latest.length] as number;
    while (n >= this.#oldest && found.length < max) {
      const place = n % this.#places;
      if (this.#hash[place] === hash) found.push(this.#lineAt(place));
      n = this.#before[place] as number;
    }
    return found.reverse();
  }

  /** Drops what is too old. */
  forget(nowMs: number): void {
    const oldestMs = nowMs - this.#limits.maxAgeMs;
    while (this.lines > 0 && (this.#readAtMs[this.#oldest % this.#places] as number) < oldestMs) this.#oldest++;
  }

  /** Offset of `len` bytes after the latest line, or at the beginning of the buffer; what lay there is pushed out. */
  #room(len: number): number {
    const isRound = this.#end + len > this.#buffer.length;
    const start = this.lines === 0 || isRound ? 0 : this.#end;
    const isInWay = (at: number): boolean =>
      (isRound && at >= this.#end) ||
      (at < start + len && at + (this.#len[this.#oldest % this.#places] as number) > start);
    while (
      this.lines > 0 &&
      (this.lines >= this.#places || isInWay(this.#start[this.#oldest % this.#places] as number))
    ) {
      this.#oldest++;
      this.pushedOut++;
    }
    return start;
  }

  #lineAt(place: number): RecentLine {
    const start = this.#start[place] as number;
    const text = this.#buffer.toString('latin1', start, start + (this.#len[place] as number));
    return {
      text,
      format: this.#formats[this.#format[place] as number] ?? '',
      readAtMs: this.#readAtMs[place] as number,
    };
  }

  /** A host has a handful of formats. */
  #formatIndex(format: string): number {
    const known = this.#formats.indexOf(format);
    return known >= 0 ? known : this.#formats.push(format) - 1;
  }
}

/** FNV-1a, 32 bits (RFC draft-eastlake-fnv). */
function hashOf(key: AccessKey): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
