/**
 * Latin-1 texts of bytes that come again and again (hosts, lengths, `keep-alive`): a new string for each costs more than finding
 * the old one (measured). One slot per hash, so that it is bounded; what it holds never changes an answer.
 */

/** Longer texts are made anew each time: they seldom repeat. */
const KNOWN_LEN_MAX = 40;
/** A power of two. */
const SLOTS = 512;

export class KnownTexts {
  private readonly texts: string[] = new Array(SLOTS).fill('');

  /** Text of bytes[from, to). */
  of(bytes: Uint8Array, from: number, to: number): string {
    if (to - from > KNOWN_LEN_MAX) return textOf(bytes, from, to);
    const slot = slotOf(bytes, from, to);
    const known = this.texts[slot] as string;
    if (isTextOf(known, bytes, from, to)) return known;
    const text = textOf(bytes, from, to);
    this.texts[slot] = text;
    return text;
  }
}

/** One flat string. from, to: within bytes, at most some thousand apart. */
export function textOf(bytes: Uint8Array, from: number, to: number): string {
  if (from >= to) return '';
  return String.fromCharCode.apply(null, bytes.subarray(from, to) as unknown as number[]);
}

function isTextOf(text: string, bytes: Uint8Array, from: number, to: number): boolean {
  if (text.length !== to - from) return false;
  for (let at = from; at < to; at++) if (text.charCodeAt(at - from) !== bytes[at]) return false;
  return true;
}

/** FNV-1a, 32 bits. */
function slotOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}
