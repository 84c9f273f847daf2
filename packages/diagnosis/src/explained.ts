/** Which connections the lines of a log account for, by themselves or through the other leg of the same request. */
import type { TcpStream } from '@resetscope/flow';
import type { Leg } from './incident.ts';
import type { LogLine } from './log-line.ts';
import type { Match } from './match.ts';
import { addTo, type Multimap } from './multimap.ts';
import { isNearLine, requestOnOtherLeg, requestsOf } from './unlogged-requests.ts';

export class Explained {
  private readonly streams = new Set<TcpStream>();
  /** requestsOf the lines -> when they were written, in the capture's clock. */
  private readonly requests: Multimap<string, number> = new Map();

  constructor(lines: readonly LogLine[], matches: readonly Match[], clockOffsetUs: number) {
    for (const match of matches) {
      if (match.kind === 'matched') this.streams.add(match.best.stream);
      if (match.kind === 'ambiguous') for (const { stream } of match.candidates) this.streams.add(stream);
    }
    for (const line of lines) {
      for (const request of requestsOf(line)) addTo(this.requests, request, line.stampUs + clockOffsetUs);
    }
  }

  /** A line speaks of it, or may. */
  has(stream: TcpStream): boolean {
    return this.streams.has(stream);
  }

  /** A line about the other leg of the same request was written when this connection ended. */
  byOther(stream: TcpStream, leg: Leg, endUs: number): boolean {
    const request = requestOnOtherLeg(stream, leg);
    const times = request === null ? [] : (this.requests.get(request) ?? []);
    return times.some((atUs) => isNearLine(endUs, atUs));
  }
}
