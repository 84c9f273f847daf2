/** Makes evidence: a sentence in the past tense, the frames that show it, the filter that selects them. */
import type { TcpStream } from '@resetscope/flow';
import type { Evidence } from './incident.ts';
import { sentenceCase } from './sentence-case.ts';

export function evidence(
  stream: TcpStream,
  claim: string,
  ...frames: readonly (number | null | undefined)[]
): Evidence {
  const shown = frames.filter((f): f is number => typeof f === 'number');
  return { claim: sentenceCase(claim), frames: shown, displayFilter: frameFilter(stream, shown) };
}

/** Frames by number, or the stream when there are none to name. */
function frameFilter(stream: TcpStream, frames: readonly number[]): string {
  return frames.length === 0 ? `tcp.stream eq ${stream.index}` : `frame.number in {${frames.join(', ')}}`;
}

/** `5.0 s`, `320 ms`, `0.4 ms`. */
export function durationText(us: number): string {
  if (us >= 999_500) return `${(us / 1_000_000).toFixed(1)} s`;
  return us >= 10_000 ? `${Math.round(us / 1000)} ms` : `${(us / 1000).toFixed(1)} ms`;
}
