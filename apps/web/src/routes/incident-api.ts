/** `/api/*`: the same data as the pages, as JSON. */
import type { IncidentStore } from '@resetscope/incidents';
import type { FastifyInstance } from 'fastify';
import { findIncident } from '../find-incident.ts';
import { DEFAULT_LIMIT, readListQuery } from './list-query.ts';

export function addIncidentApi(server: FastifyInstance, store: IncidentStore): void {
  server.get('/api/incidents', async (request) => {
    const query = readListQuery(request.query);
    const [incidents, counts] = await Promise.all([store.list(query), store.counts()]);
    const next = incidents.length < query.limit ? null : (incidents.at(-1)?.createdAtUs ?? null);
    return { incidents, counts, next };
  });
  server.get<{ Params: { id: string } }>('/api/incidents/:id', (request) => findIncident(store, request.params.id));
  server.get('/api/groups', async () => ({ groups: await store.groups({ limit: DEFAULT_LIMIT }) }));
}
