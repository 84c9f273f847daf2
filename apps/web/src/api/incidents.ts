/** `/api/v1/incidents`: found by the filters of the pages, one whole, its capture. */
import type { IncidentStore, StoredIncident } from '@resetscope/incidents';
import type { FastifyInstance } from 'fastify';
import { findIncident } from '../find-incident.ts';
import { readListFilter, searchOf } from '../list-filter.ts';
import { PCAPNG_TYPE, sendCapture } from '../send-capture.ts';
import { answers } from './answers.ts';
import { INCIDENT_QUERY, type IncidentQuery } from './query.ts';
import { ref, type Schema } from './schemas.ts';

const LIST: Schema = {
  type: 'object',
  required: ['incidents', 'next', 'more'],
  properties: {
    incidents: { type: 'array', items: ref('IncidentSummary') },
    next: { type: ['string', 'null'], description: 'For after of the next page; null: that was all.' },
    more: { type: 'boolean', description: 'It stopped looking before the page was full; next goes on from there.' },
  },
};

const ID: Schema = { type: 'object', required: ['id'], properties: { id: { type: 'string', maxLength: 128 } } };

type ById = { readonly Params: { readonly id: string } };

export function addIncidentApiV1(api: FastifyInstance, store: IncidentStore): void {
  api.get<{ Querystring: IncidentQuery }>(
    '/api/v1/incidents',
    { schema: { summary: 'Incidents, newest first', querystring: INCIDENT_QUERY, response: answers(LIST) } },
    async ({ query }) => {
      const { limit, after, group } = query;
      const { incidents, next, more } = await store.search({
        ...searchOf(readListFilter(query), Date.now() * 1000),
        ...(after === undefined ? {} : { after }),
        ...(group === undefined ? {} : { groupId: group }),
        limit,
      });
      return { incidents: incidents.map(summary), next, more };
    },
  );
  api.get<ById>(
    '/api/v1/incidents/:id',
    { schema: { summary: 'One incident', params: ID, response: answers(ref('StoredIncident'), 404) } },
    async (request) => findIncident(store, request.params.id),
  );
  api.get<ById>(
    '/api/v1/incidents/:id/evidence',
    { schema: { summary: 'Its packets as pcapng (role packets)', params: ID, response: answers(PCAPNG_TYPE, 404) } },
    async (request, reply) => sendCapture(reply, store, request.params.id),
  );
}

/** What a list needs: one whole incident takes 10 kB and more. */
function summary({ incident, ...record }: StoredIncident): object {
  const { status, reason, leg, confidence, phase, cause, title, harm, normalClose, sentence } = incident;
  const { request, client, upstream } = incident;
  const verdict = { status, reason, leg, confidence, phase, cause, title, harm, normalClose, sentence };
  return { ...record, ...verdict, request, client, upstream };
}
