/** Which connections the lines of a log account for, by themselves or through the other leg of the same request. */
import type { TcpStream } from '@resetscope/flow';
import type { Leg } from './incident.ts';
import type { LogLine } from './log-line.ts';
import type { Match } from './match.ts';
import { addTo, type Multimap } from './multimap.ts';

/** nginx ends the other leg in the same round of its event loop; the stamp is cut to seconds (nginx-error-log section 5). */
const NEAR_US = { before: 2_000_000, after: 3_000_000 } as const;

export class Explained {
  private readonly streams = new Set<TcpStream>();
  /** `leg method target` of the lines -> when they were written, in the capture's clock. */
  private readonly requests: Multimap<string, number> = new Map();

  constructor(lines: readonly LogLine[], matches: readonly Match[], clockOffsetUs: number) {
    for (const match of matches) {
      if (match.kind === 'matched') this.streams.add(match.best.stream);
      if (match.kind === 'ambiguous') for (const { stream } of match.candidates) this.streams.add(stream);
    }
    for (const { entry, leg, stampUs } of lines) {
      const { request, upstream } = entry;
      if (leg === null || request?.method == null) continue;
      for (const target of new Set([request.target, upstream?.uri ?? null])) {
        if (target !== null) addTo(this.requests, keyOf(leg, request.method, target), stampUs + clockOffsetUs);
      }
    }
  }

  /** A line speaks of it, or may. */
  has(stream: TcpStream): boolean {
    return this.streams.has(stream);
  }

  /** A line about the other leg of the same request was written when this connection ended. */
  byOther(stream: TcpStream, leg: Leg, endUs: number): boolean {
    const { exchange } = stream.last;
    if (exchange?.method == null || exchange.target === null) return false;
    const key = keyOf(leg === 'client' ? 'upstream' : 'client', exchange.method, exchange.target);
    return (this.requests.get(key) ?? []).some((at) => endUs >= at - NEAR_US.before && endUs <= at + NEAR_US.after);
  }
}

function keyOf(leg: Leg, method: string, target: string): string {
  return `${leg} ${method} ${target}`;
}
