/** Answers as the incident store gives them back. */
import type { StoredIncident } from '@resetscope/incidents';
import type { ResetJob } from '@resetscope/jobs';
import type { Correlated } from '../correlate.ts';

export function storedOf({ id, node, readAtUs }: ResetJob, { incident, resetTsUs }: Correlated): StoredIncident {
  const times = { createdAtUs: readAtUs, amendedAtUs: null, resetTsUs };
  return { id, node, ...times, groupId: null, grouped: 0, logged: true, incident };
}
