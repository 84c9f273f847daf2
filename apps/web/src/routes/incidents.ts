/** `/incidents`: search, newest first. */
import type { IncidentStore } from '@resetscope/incidents';
import type { FastifyInstance } from 'fastify';
import type { Assets } from '../assets.ts';
import { readListFilter, searchOf } from '../list-filter.ts';
import { incidentsPage } from '../pages/incidents-page.ts';
import { sendPage } from '../pages/send-page.ts';
import { readAfter } from './after.ts';

const PAGE_LEN = 50;

export function addIncidentsRoute(server: FastifyInstance, store: IncidentStore, assets: Assets): void {
  server.get('/incidents', async (request, reply) => {
    const filter = readListFilter(request.query);
    const after = readAfter(request.query);
    const nowUs = Date.now() * 1000;
    const query = { ...searchOf(filter, nowUs), limit: PAGE_LEN, ...(after === null ? {} : { after }) };
    const [found, counts] = await Promise.all([store.searchBriefs(query), store.counts()]);
    return sendPage(reply, incidentsPage({ filter, found, counts, isLater: after !== null, nowUs }, assets));
  });
}
