/** Requests as lines name them and as packets show them, so that a line about one leg explains the end of the other. */
import type { TcpStream } from '@resetscope/flow';
import type { Leg } from './incident.ts';
import type { LogLine } from './log-line.ts';

/** nginx ends the other leg in the same round of its event loop; the stamp is cut to seconds (nginx-error-log section 5). */
export const NEAR_LINE_US = { before: 2_000_000, after: 3_000_000 } as const;

/** `leg method target` of the request that the line speaks of; twice when nginx asks the upstream for another target. */
export function requestsOf({ entry, leg }: LogLine): readonly string[] {
  const { request, upstream } = entry;
  const method = request?.method ?? null;
  if (leg === null || method === null) return [];
  const targets = new Set([request?.target ?? null, upstream?.uri ?? null]);
  return [...targets].flatMap((target) => (target === null ? [] : [keyOf(leg, method, target)]));
}

/** What a line about the other leg of the connection's last request would name; null when the request cannot be seen. */
export function requestOnOtherLeg({ last: { exchange } }: TcpStream, leg: Leg): string | null {
  if (exchange?.method == null || exchange.target === null) return null;
  return keyOf(leg === 'client' ? 'upstream' : 'client', exchange.method, exchange.target);
}

/** Did it end when the line was written? Both in one clock. */
export function isNearLine(endUs: number, lineUs: number): boolean {
  return endUs >= lineUs - NEAR_LINE_US.before && endUs <= lineUs + NEAR_LINE_US.after;
}

function keyOf(leg: Leg, method: string, target: string): string {
  return `${leg} ${method} ${target}`;
}
