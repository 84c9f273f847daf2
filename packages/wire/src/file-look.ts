/** What the first bytes of a file that is no capture say about it, so that the message can name the remedy. */
import type { CaptureError, FileLook } from './capture-summary.ts';

/** Magic numbers: RFC 1952, RFC 8878, APPNOTE 4.3.7, the xz format 2.1.1.1, bzip2, RFC 1761. */
const LOOKS: readonly (readonly [look: FileLook, magic: readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['snoop', [0x73, 0x6e, 0x6f, 0x6f, 0x70, 0x00]],
];

/** Bytes shown in the error. */
const SHOWN_LEN = 16;

export function lookOf(head: Uint8Array): FileLook {
  if (head.length === 0) return 'empty';
  for (const [look, magic] of LOOKS) if (magic.every((byte, index) => head[index] === byte)) return look;
  return head.every(isTextByte) ? 'text' : null;
}

/** Printable ASCII, tab, line feed, carriage return. */
function isTextByte(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

/** `head`: the first bytes of the file, as many as are at hand. */
export function notACapture(head: Uint8Array): CaptureError {
  const shown = head.subarray(0, SHOWN_LEN);
  const looksLike = lookOf(shown);
  const hex = Array.from(shown, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const found = looksLike === 'empty' ? 'no bytes' : `${looksLike ?? 'unknown'} data: ${hex}`;
  return { kind: 'not-a-capture', offset: 0, found, looksLike };
}
