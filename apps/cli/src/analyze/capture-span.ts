/** From when to when the captures tell, and what that means for a line. */
import type { Incident, LogLine } from '@resetscope/diagnosis';

/** Microseconds since the Unix epoch. Several captures count as one: a pause between them is not noticed. */
export interface CaptureSpan {
  readonly fromUs: number;
  readonly toUs: number;
}

/** A stamp has whole seconds: the line was written somewhere in its second. */
const STAMP_US = 1_000_000;

/** clockOffsetUs: the capture's clock minus the log's. */
export function withSpan(
  incident: Incident,
  { stampUs }: LogLine,
  span: CaptureSpan | null,
  clockOffsetUs: number,
): Incident {
  if (span === null) return incident;
  const atUs = stampUs + clockOffsetUs;
  const beforeUs = atUs + STAMP_US - span.fromUs;
  const reach = { source: 'capture', beforeUs, afterUs: span.toUs - atUs, gaps: [] } as const;
  return { ...incident, trust: { ...incident.trust, reach } };
}
