/** The evidence capture of an incident. JSON and Markdown are served with the page (pages.ts): they share its path. */
import type { IncidentStore } from '@resetscope/incidents';
import type { FastifyInstance } from 'fastify';
import { downloadName, isIncidentId } from '../incident-id.ts';
import { NotFound } from '../problems.ts';

/** Registered type of pcapng (draft-ietf-opsawg-pcapng, IANA considerations). */
const PCAPNG_TYPE = 'application/vnd.tcpdump.pcap';

export function addDownloadRoutes(server: FastifyInstance, store: IncidentStore): void {
  server.get<{ Params: { id: string } }>('/incidents/:id/evidence.pcapng', async (request, reply) => {
    const { id } = request.params;
    const evidence = isIncidentId(id) ? await store.evidence(id) : null;
    if (evidence === null) throw new NotFound(id);
    return reply
      .header('content-type', PCAPNG_TYPE)
      .header('content-disposition', `attachment; filename="${downloadName(id, 'pcapng')}"`)
      .send(Buffer.from(evidence.buffer, evidence.byteOffset, evidence.byteLength));
  });
}
