/** `/incidents/<id>`: the page of one incident, also as `<id>.json` and `<id>.md`. */
import type { IncidentStore, StoredIncident } from '@resetscope/incidents';
import { renderIncidentMarkdown, visibleJson } from '@resetscope/report';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { may } from '../access/identity.ts';
import type { Assets } from '../assets.ts';
import { findIncident } from '../find-incident.ts';
import { downloadName } from '../incident-id.ts';
import { incidentPage } from '../pages/incident-page.ts';
import { sendPage } from '../pages/send-page.ts';

/** Incidents of the same client that are looked through for the same request, and how long after (chosen: a page must not cost a search). */
const AGAIN_LIMIT = 8;
const AGAIN_US = 10_000_000;

/** pageUrl: origin under which browsers reach the page; null: whatever they have asked for. */
export function addIncidentRoute(
  server: FastifyInstance,
  store: IncidentStore,
  assets: Assets,
  pageUrl: string | null,
): void {
  server.get<{ Params: { name: string } }>('/incidents/:name', async (request, reply) => {
    const [, id = '', format] = /^(.*?)(?:\.(json|md))?$/.exec(request.params.name) ?? [];
    const stored = await findIncident(store, id);
    if (format === 'json') return sendFile(reply, id, 'json', visibleJson(stored, 2));
    if (format === 'md')
      return sendFile(
        reply,
        id,
        'md',
        renderIncidentMarkdown(stored.incident, pageLink(pageUrl ?? originOf(request.host), id)),
      );
    const [hasEvidence, group, later] = await Promise.all([
      store.hasEvidence(id),
      stored.groupId === null ? null : store.group(stored.groupId),
      laterOfClient(store, stored),
    ]);
    const offersPackets = hasEvidence && may(request, 'packets');
    return sendPage(reply, incidentPage({ stored, offersPackets, group, later, nowUs: Date.now() * 1000 }, assets));
  });
}

async function laterOfClient(
  store: IncidentStore,
  { incident, createdAtUs }: StoredIncident,
): Promise<readonly StoredIncident[]> {
  const { client, request } = incident;
  if (client === null || request.target === null) return [];
  const beforeUs = createdAtUs + AGAIN_US;
  return (await store.search({ client, fromUs: createdAtUs, beforeUs, limit: AGAIN_LIMIT })).incidents;
}

function sendFile(reply: FastifyReply, id: string, extension: 'json' | 'md', text: string): FastifyReply {
  const contentType = extension === 'json' ? 'application/json; charset=utf-8' : 'text/markdown; charset=utf-8';
  return reply
    .header('content-type', contentType)
    .header('content-disposition', `inline; filename="${downloadName(id, extension)}"`)
    .send(text);
}

function pageLink(origin: string | null, id: string): string | null {
  return origin === null ? null : `${origin.replace(/\/$/, '')}/incidents/${encodeURIComponent(id)}`;
}

/** null for a Host header that is no plain host and port. */
function originOf(host: string): string | null {
  return /^[\w.-]+(?::\d+)?$|^\[[0-9a-f:.]+\](?::\d+)?$/i.test(host) ? `http://${host}` : null;
}
