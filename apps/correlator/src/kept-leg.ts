/** A later look that did not look for the other leg, or whose packets have left the ring, takes nothing back. */
import type { Incident } from '@resetscope/diagnosis';
import type { IncidentStore, StoredIncident } from '@resetscope/incidents';
import type { LegAnswer } from './both-legs.ts';

/** The answer with the other leg that an earlier one had, and its evidence with both connections. @throws what Redis answers. */
export async function withKeptLeg<Answer extends LegAnswer>(
  answer: Answer,
  earlier: StoredIncident | null,
  store: IncidentStore,
): Promise<Answer> {
  const otherLeg = earlier?.incident.otherLeg;
  const isLost = otherLeg !== undefined && answer.incident.otherLeg === undefined;
  if (earlier === null || !isLost || !isSameConnection(answer.incident, earlier.incident)) return answer;
  const evidence = (await store.evidence(earlier.id)) ?? answer.evidence;
  return { ...answer, incident: { ...answer.incident, otherLeg }, evidence };
}

function isSameConnection({ stream: a }: Incident, { stream: b }: Incident): boolean {
  return a !== null && b !== null && a.originator === b.originator && a.responder === b.responder;
}
