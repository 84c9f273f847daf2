/** The evidence capture of an incident as a file, for the page and the API. */
import type { IncidentStore } from '@resetscope/incidents';
import type { FastifyReply } from 'fastify';
import { downloadName, isIncidentId } from './incident-id.ts';
import { NotFound } from './problems.ts';

/** Registered type of pcapng (draft-ietf-opsawg-pcapng, IANA considerations). */
export const PCAPNG_TYPE = 'application/vnd.tcpdump.pcap';

/** @throws NotFound when there is no such incident, or no capture of it any more. */
export async function sendCapture(reply: FastifyReply, store: IncidentStore, id: string): Promise<FastifyReply> {
  const evidence = isIncidentId(id) ? await store.evidence(id) : null;
  if (evidence === null) throw new NotFound(id);
  return reply
    .header('content-type', PCAPNG_TYPE)
    .header('content-disposition', `attachment; filename="${downloadName(id, 'pcapng')}"`)
    .send(Buffer.from(evidence.buffer, evidence.byteOffset, evidence.byteLength));
}
