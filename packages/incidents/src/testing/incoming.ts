/** Incidents to put, for tests of the store. */
import { postIncident } from '../../../report/test-data/incidents.ts';
import type { NewIncident } from '../stored-incident.ts';

export const NOW_US = 1_795_334_115_000_000;

export function incoming(id: string, fields: Partial<NewIncident> = {}): NewIncident {
  return { id, node: 'web-1', createdAtUs: NOW_US, resetTsUs: null, incident: postIncident, evidence: null, ...fields };
}
