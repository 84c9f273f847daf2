/** One incident by the id in an address; NotFound otherwise. */
import type { IncidentStore, StoredIncident } from '@resetscope/incidents';
import { isIncidentId } from './incident-id.ts';
import { NotFound } from './problems.ts';

export async function findIncident(store: IncidentStore, id: string): Promise<StoredIncident> {
  const stored = isIncidentId(id) ? await store.get(id) : null;
  if (stored === null) throw new NotFound(id);
  return stored;
}
