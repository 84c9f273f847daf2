/** `/` and `/incidents/<id>`, the latter also as `<id>.json` and `<id>.md`. */
import type { IncidentStore } from '@resetscope/incidents';
import { renderIncidentMarkdown } from '@resetscope/report';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Assets } from '../assets.ts';
import { findIncident } from '../find-incident.ts';
import { downloadName } from '../incident-id.ts';
import type { GroupWithTrend } from '../pages/group-row.ts';
import { incidentPage } from '../pages/incident-page.ts';
import { listPage } from '../pages/list-page.ts';
import { sendPage } from '../pages/send-page.ts';
import { readListQuery } from './list-query.ts';

/** Groups on the first page: what one person can look through. */
const GROUP_LIMIT = 20;

/** Incidents that a group's trend is drawn from. */
const TREND_LIMIT = 2000;

export function addPageRoutes(server: FastifyInstance, store: IncidentStore, assets: Assets): void {
  server.get('/', async (request, reply) => {
    const query = readListQuery(request.query);
    const [incidents, counts, groups] = await Promise.all([
      store.list(query),
      store.counts(),
      query.groupId === undefined ? store.groups({ limit: GROUP_LIMIT }) : oneGroup(store, query.groupId),
    ]);
    const withTrend = await Promise.all(groups.map((group) => addTrend(store, group)));
    return sendPage(reply, listPage({ incidents, counts, groups: withTrend, query, nowUs: Date.now() * 1000 }, assets));
  });

  server.get<{ Params: { name: string } }>('/incidents/:name', async (request, reply) => {
    const [, id = '', format] = /^(.*?)(?:\.(json|md))?$/.exec(request.params.name) ?? [];
    const stored = await findIncident(store, id);
    if (format === 'json') return sendFile(reply, id, 'json', JSON.stringify(stored, null, 2));
    if (format === 'md')
      return sendFile(reply, id, 'md', renderIncidentMarkdown(stored.incident, pageLink(request.host, id)));
    const hasEvidence = await store.hasEvidence(id);
    return sendPage(reply, incidentPage({ stored, hasEvidence, nowUs: Date.now() * 1000 }, assets));
  });
}

async function oneGroup(store: IncidentStore, groupId: string): Promise<Awaited<ReturnType<IncidentStore['groups']>>> {
  const group = await store.group(groupId);
  return group === null ? [] : [group];
}

async function addTrend(store: IncidentStore, group: GroupWithTrend['group']): Promise<GroupWithTrend> {
  return { group, timesUs: await store.groupTimesUs(group.id, TREND_LIMIT) };
}

function sendFile(reply: FastifyReply, id: string, extension: 'json' | 'md', text: string): FastifyReply {
  const contentType = extension === 'json' ? 'application/json; charset=utf-8' : 'text/markdown; charset=utf-8';
  return reply
    .header('content-type', contentType)
    .header('content-disposition', `inline; filename="${downloadName(id, extension)}"`)
    .send(text);
}

/** null for a Host header that is no plain host and port. */
function pageLink(host: string, id: string): string | null {
  return /^[\w.-]+(?::\d+)?$|^\[[0-9a-f:.]+\](?::\d+)?$/i.test(host)
    ? `http://${host}/incidents/${encodeURIComponent(id)}`
    : null;
}
