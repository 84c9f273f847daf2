/**
 * The evidence capture of an incident, and the list as CSV. JSON and Markdown of an incident are served with its page (incident.ts):
 * they share its path.
 */
import type { IncidentStore } from '@resetscope/incidents';
import { renderIncidentsCsv } from '@resetscope/report';
import type { FastifyInstance } from 'fastify';
import { readListFilter, searchOf } from '../list-filter.ts';
import { sendCapture } from '../send-capture.ts';

/** RFC 4180 section 3. */
const CSV_TYPE = 'text/csv; charset=utf-8; header=present';

/** Rows of a table: what a spreadsheet is looked through for, read in one step. */
const CSV_ROWS = 1000;

export function addDownloadRoutes(server: FastifyInstance, store: IncidentStore): void {
  server.get<{ Params: { id: string } }>('/incidents/:id/evidence.pcapng', async (request, reply) =>
    sendCapture(reply, store, request.params.id),
  );

  // The newest that fit the filter of the list page.
  server.get('/incidents.csv', async (request, reply) => {
    const query = searchOf(readListFilter(request.query), Date.now() * 1000);
    const { incidents } = await store.search({ ...query, limit: CSV_ROWS });
    const rows = incidents.map(({ id, node, createdAtUs, incident }) => {
      return { id, node, createdAt: new Date(createdAtUs / 1000).toISOString(), incident };
    });
    return reply
      .header('content-type', CSV_TYPE)
      .header('content-disposition', 'attachment; filename="resetscope-incidents.csv"')
      .send(renderIncidentsCsv(rows));
  });
}
