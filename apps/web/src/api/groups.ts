/** `/api/v1/groups`: all, one, and what people decide about it. */
import type { GroupDecision, IncidentGroup } from '@resetscope/incidents';
import type { FastifyInstance } from 'fastify';
import { identityOf } from '../access/identity.ts';
import { readListFilter } from '../list-filter.ts';
import { NotFound } from '../problems.ts';
import { answers } from './answers.ts';
import type { ApiOptions } from './api.ts';
import { GROUP_QUERY, type GroupQuery } from './query.ts';
import { DECISION, ref, type Schema } from './schemas.ts';

const LIST: Schema = {
  type: 'object',
  required: ['groups', 'total', 'next'],
  properties: {
    groups: { type: 'array', items: ref('ListedGroup') },
    total: { type: 'integer', minimum: 0, description: 'That fit, on all pages.' },
    next: { type: ['integer', 'null'], description: 'For page of the next page; null: that was all.' },
  },
};

const ID: Schema = { type: 'object', required: ['id'], properties: { id: ref('GroupId') } };

type ById = { readonly Params: { readonly id: string } };

export function addGroupApiV1(api: FastifyInstance, { store, board, logger }: ApiOptions): void {
  const find = async (id: string): Promise<IncidentGroup> => {
    const group = await store.group(id);
    if (group === null) throw new NotFound(id);
    return group;
  };
  api.get<{ Querystring: GroupQuery }>(
    '/api/v1/groups',
    { schema: { summary: 'Groups, what hurts first', querystring: GROUP_QUERY, response: answers(LIST) } },
    async ({ query }) => {
      const { limit, page } = query;
      const { listed, total } = await board.select(await board.snapshot(), readListFilter(query), page - 1, limit);
      const groups = listed.map(({ group, trend, count }) => ({ ...group, inRange: { count, trend } }));
      return { groups, total, next: page * limit < total ? page + 1 : null };
    },
  );
  api.get<ById>(
    '/api/v1/groups/:id',
    { schema: { summary: 'One group', params: ID, response: answers(ref('Group'), 404) } },
    async (request) => find(request.params.id),
  );
  api.put<ById & { readonly Body: GroupDecision }>(
    '/api/v1/groups/:id/state',
    {
      schema: {
        summary: 'Decide about a group (role editor); again is the same',
        params: ID,
        body: DECISION,
        response: answers(ref('Group'), 404),
      },
    },
    async (request) => {
      const { id } = request.params;
      const by = identityOf(request).name;
      if (!(await store.decide(id, request.body, by))) throw new NotFound(id);
      board.forget();
      logger.info({ group: id, decision: request.body.kind, by }, 'group decided');
      return find(id);
    },
  );
}
