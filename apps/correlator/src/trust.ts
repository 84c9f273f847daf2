/** Which time the ring covered when a line was looked at first, for the answer to say so. Pure: the ring was asked already. */
import type { Incident, LogLine, PacketReach } from '@resetscope/diagnosis';
import type { Coverage } from '@resetscope/ring';
import { windowOf, writtenUs } from './line-time.ts';
import { gapsIn } from './ring-answer.ts';

/** The incident with the ring's reach. coverage: null when there is no ring; then nothing is said. */
export function withReach(incident: Incident, line: LogLine, coverage: Coverage | null): Incident {
  if (coverage === null) return incident;
  return { ...incident, trust: { ...incident.trust, reach: reachOf(line, coverage) } };
}

/**
 * A later look keeps what the first one saw: the ring moves on, and that alone would amend every verdict. Gaps may have been
 * reported since: they are the later look's.
 */
export function withEarlierReach(incident: Incident, earlier: Incident | null): Incident {
  const [now, then] = [incident.trust.reach, earlier?.trust.reach];
  if (now === undefined || then === undefined) return incident;
  const reach = { ...now, beforeUs: then.beforeUs, afterUs: then.afterUs };
  return { ...incident, trust: { ...incident.trust, reach } };
}

function reachOf(line: LogLine, coverage: Coverage): PacketReach {
  const atUs = writtenUs(line);
  return {
    source: 'ring',
    beforeUs: atUs - coverage.oldestUs,
    afterUs: coverage.newestUs - atUs,
    gaps: gapsIn(windowOf(line), coverage).map(({ fromUs, toUs, lostPackets, reason }) => ({
      durationUs: toUs - fromUs,
      lostPackets,
      reason,
    })),
  };
}
