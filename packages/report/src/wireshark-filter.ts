/** Wireshark display filters (wireshark-filter(4)) that find a connection or single packets again. */
import type { Endpoint } from '@resetscope/flow';

/** How the reader's capture names the connection. */
export type StreamSelector =
  /** The capture analysed: tcp.stream counts as we do. */
  | { readonly kind: 'index'; readonly index: number }
  /** Any capture that saw the connection. */
  | { readonly kind: 'endpoints'; readonly originator: Endpoint; readonly responder: Endpoint };

/** Selects the connection, and of it only the given frames when there are any. */
export function wiresharkFilter(stream: StreamSelector, frames: readonly number[] = []): string {
  const selected = stream.kind === 'index' ? `tcp.stream eq ${stream.index}` : endpointFilter(stream);
  return frames.length === 0 ? selected : `${selected} and ${frameFilter(frames)}`;
}

/** Selects exactly these frames: `frame.number in {1, 4..6}`; no frames select nothing. */
export function frameFilter(frames: readonly number[]): string {
  const sorted = [...new Set(frames)].sort((a, b) => a - b);
  const only = sorted[0];
  if (only === undefined) return 'frame.number eq 0';
  if (sorted.length === 1) return `frame.number eq ${only}`;
  return `frame.number in {${runs(sorted).join(', ')}}`;
}

/** Wireshark's own conversation filter: both addresses and both ports, either direction. */
function endpointFilter({ originator, responder }: StreamSelector & { kind: 'endpoints' }): string {
  const field = originator.address.includes(':') ? 'ipv6.addr' : 'ip.addr';
  const addresses = `${field} eq ${originator.address} and ${field} eq ${responder.address}`;
  return `(${addresses} and tcp.port eq ${originator.port} and tcp.port eq ${responder.port})`;
}

/** Runs of neighbours as ranges: [1, 4, 5, 6] -> `1`, `4..6`. */
function runs(sorted: readonly number[]): readonly string[] {
  const parts: string[] = [];
  for (let at = 0; at < sorted.length; ) {
    let end = at;
    while (sorted[end + 1] === (sorted[end] ?? 0) + 1) end++;
    parts.push(end === at ? `${sorted[at]}` : `${sorted[at]}..${sorted[end]}`);
    at = end + 1;
  }
  return parts;
}
