/** Lines of a byte stream, without their `\n`; split on `\n` alone, because nginx writes lone `\r` inside lines. */
import { joinBytes } from '@resetscope/wire';

/** A longer line is cut; nginx's own limit is 2048 bytes (4096 in OpenResty), this is for files that are no logs. */
const LINE_MAX = 1 << 20;

export async function* splitLines(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array(0);
  for await (const piece of pieces) {
    let from = 0;
    for (let at = piece.indexOf(0x0a); at !== -1; at = piece.indexOf(0x0a, from)) {
      const end = piece.subarray(from, at);
      yield rest.length === 0 ? end : joinBytes([rest, end]);
      rest = new Uint8Array(0);
      from = at + 1;
    }
    if (rest.length < LINE_MAX) rest = joinBytes([rest, piece.subarray(from)]);
  }
  if (rest.length > 0) yield rest;
}
