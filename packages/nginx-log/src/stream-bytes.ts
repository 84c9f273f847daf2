/** Byte counters of a stream session, as nginx prints them: `bytes from/to client:4/0, bytes from/to upstream:0/4`. */

/** Bytes as nginx's sockets saw them: received from and handed to the kernel for each side. */
export interface StreamBytes {
  readonly fromClientBytes: number;
  readonly toClientBytes: number;
  readonly fromUpstreamBytes: number;
  readonly toUpstreamBytes: number;
}

const DIGIT_ZERO = 0x30;
const DIGIT_NINE = 0x39;
const COUNTERS = /, bytes from\/to client:(\d{1,20})\/(\d{1,20}), bytes from\/to upstream:(\d{1,20})\/(\d{1,20})$/;

/** Takes the counters off the end of `text`. */
export function splitStreamBytes(text: string): { readonly text: string; readonly bytes: StreamBytes | null } {
  const match = endsInDigit(text) ? COUNTERS.exec(text) : null;
  if (match === null) return { text, bytes: null };
  const bytes = {
    fromClientBytes: Number(match[1]),
    toClientBytes: Number(match[2]),
    fromUpstreamBytes: Number(match[3]),
    toUpstreamBytes: Number(match[4]),
  };
  return { text: text.slice(0, match.index), bytes };
}

/** Most texts end in a quote: no need to search those. */
function endsInDigit(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= DIGIT_ZERO && last <= DIGIT_NINE;
}
