/** Makes evidence: a sentence in the past tense, the frames that show it, the filter that selects them. */
import type { TcpStream } from '@resetscope/flow';
import type { Evidence } from './incident.ts';
import { sentenceCase } from './sentence-case.ts';
import { frameFilter, streamFilter } from './wireshark-filter.ts';

export function evidence(
  stream: TcpStream,
  claim: string,
  ...frames: readonly (number | null | undefined)[]
): Evidence {
  const shown = frames.filter((f): f is number => typeof f === 'number');
  const displayFilter = shown.length === 0 ? streamFilter(stream.index) : frameFilter(shown);
  return { claim: sentenceCase(claim), frames: shown, displayFilter };
}

/** `5.0 s`, `320 ms`, `0.4 ms`, `less than 0.1 ms`. */
export function durationText(us: number): string {
  if (us >= 999_500) return `${(us / 1_000_000).toFixed(1)} s`;
  if (us < 100) return 'less than 0.1 ms';
  return us >= 10_000 ? `${Math.round(us / 1000)} ms` : `${(us / 1000).toFixed(1)} ms`;
}
