/** Why a line has no connection, when the ring's own coverage explains it better than the matcher can. */
import { type Incident, type LogLine, type UnmatchedReason, unmatchedText } from '@resetscope/diagnosis';
import type { Coverage, Gap, TimeWindow } from '@resetscope/ring';
import { stampedUntilUs, windowOf, writtenUs } from './line-time.ts';

/** The ring's reason, or null when it had everything of the line's time. */
export function coverageReason(line: LogLine, coverage: Coverage | null): UnmatchedReason | null {
  if (coverage === null || coverage.newestUs < writtenUs(line)) return 'capture-not-there';
  if (stampedUntilUs(line) < coverage.oldestUs) return 'window-expired';
  const gap = gapsIn(windowOf(line), coverage).at(-1);
  if (gap === undefined) return null;
  return gap.reason === 'restart' ? 'capture-not-there' : 'capture-gap';
}

/** The incident with the ring's reason in place of "nothing found". */
export function withReason(incident: Incident, reason: UnmatchedReason | null): Incident {
  const isMissing = incident.reason === 'no-stream-in-window' || incident.reason === 'no-such-reset';
  if (reason === null || !isMissing) return incident;
  return { ...incident, reason, sentence: unmatchedText(reason) };
}

/** Stretches inside the ring of which it has no packet at all; those with drops here and there are not among them. */
export function missingOf(coverage: Coverage | null): readonly TimeWindow[] {
  return coverage === null ? [] : coverage.gaps.filter(({ reason }) => reason !== 'kernel-drop');
}

/** Packets the capture lost in the window; null without a ring. */
export function lostIn(window: TimeWindow, coverage: Coverage | null): number | null {
  return coverage === null ? null : gapsIn(window, coverage).reduce((sum, gap) => sum + gap.lostPackets, 0);
}

/** Gaps that touch the window. */
export function gapsIn(window: TimeWindow, coverage: Coverage): readonly Gap[] {
  return coverage.gaps.filter((gap) => gap.fromUs < window.toUs && gap.toUs > window.fromUs);
}
