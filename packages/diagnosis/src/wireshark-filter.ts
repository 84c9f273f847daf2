/** Wireshark display filters (wireshark-filter(4)) that select a connection, or single packets of it, again. */

/** The connection of the capture analysed, and of it only the given frames when there are any. */
export function streamFilter(index: number, frames: readonly number[] = []): string {
  const stream = `tcp.stream eq ${index}`;
  return frames.length === 0 ? stream : `${stream} and ${frameFilter(frames)}`;
}

/** Exactly these frames, neighbours as a range: `frame.number in {1, 4..6}`; no frames select nothing. */
export function frameFilter(frames: readonly number[]): string {
  const sorted = [...new Set(frames)].sort((a, b) => a - b);
  const [first] = sorted;
  if (first === undefined) return 'frame.number eq 0';
  return sorted.length === 1 ? `frame.number eq ${first}` : `frame.number in {${runs(sorted).join(', ')}}`;
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
