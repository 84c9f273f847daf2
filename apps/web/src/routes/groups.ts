/** `/`: the groups. `/groups/<id>`: one of them, and what people decide about it. */
import type { GroupDecision, IncidentStore } from '@resetscope/incidents';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { readForm } from '../access/form.ts';
import { identityOf, may } from '../access/identity.ts';
import type { Assets } from '../assets.ts';
import { type GroupBoard, MAX_GROUPS } from '../group-board.ts';
import { filterLink, readListFilter } from '../list-filter.ts';
import { SNOOZES } from '../pages/decision-forms.ts';
import { groupPage } from '../pages/group-page.ts';
import { groupsPage } from '../pages/groups-page.ts';
import { sendPage } from '../pages/send-page.ts';
import { NotFound } from '../problems.ts';
import { readAfter } from './after.ts';

/** Rows of a page: what one person looks through, and less than 150 KB. */
const PAGE_LEN = 50;
const INCIDENTS_OF_GROUP = 25;

const GROUP_ID = /^[0-9a-f]{16}$/;

type Params = { Params: { id: string } };

export function addGroupRoutes(server: FastifyInstance, store: IncidentStore, board: GroupBoard, assets: Assets): void {
  server.get('/', async (request, reply) => {
    const { group } = request.query as Readonly<Record<string, unknown>>;
    // Where alerts of older versions lead.
    if (typeof group === 'string' && GROUP_ID.test(group)) return reply.redirect(`/groups/${group}`);
    const filter = readListFilter(request.query);
    const page = readPage(request.query);
    // The page is the same for everybody, so it may be kept.
    const markup = await board.page(`${page}${filterLink(filter)}`, async (snapshot) => {
      const selection = await board.select(snapshot, filter, page, PAGE_LEN);
      const isCut = snapshot.groups.length === MAX_GROUPS;
      return groupsPage({ filter, selection, page, pageLen: PAGE_LEN, isCut, nowUs: snapshot.nowUs }, assets);
    });
    return sendPage(reply, markup);
  });

  server.get<Params>('/groups/:id', async (request, reply) => {
    const id = groupId(request);
    const filter = readListFilter(request.query);
    const after = readAfter(request.query);
    const [group, found] = await Promise.all([
      store.group(id),
      store.searchBriefs({ limit: INCIDENTS_OF_GROUP, groupId: id, ...(after === null ? {} : { after }) }),
    ]);
    if (group === null) throw new NotFound(id);
    const nowUs = Date.now() * 1000;
    const [listed, latest] = await Promise.all([board.one(group, filter, nowUs), store.get(group.lastIncidentId)]);
    const mayDecide = may(request, 'decide');
    return sendPage(
      reply,
      groupPage({ listed, filter, found, latest, isLater: after !== null, mayDecide, nowUs }, assets),
    );
  });

  server.post<Params>('/groups/:id/state', async (request, reply) => {
    const id = groupId(request);
    const decision = readDecision(readForm(request.body), Date.now() * 1000);
    if (decision === null)
      return reply.code(400).type('text/plain').send('expected kind to be expected, snoozed, resolved or open\n');
    if (!(await store.decide(id, decision, identityOf(request).name))) throw new NotFound(id);
    board.forget();
    return reply.redirect(`/groups/${id}`, 303);
  });
}

function groupId({ params }: FastifyRequest<Params>): string {
  if (!GROUP_ID.test(params.id)) throw new NotFound(params.id);
  return params.id;
}

/** From 0; addresses count from 1. */
function readPage(query: unknown): number {
  const { page } = query as Readonly<Record<string, unknown>>;
  return typeof page === 'string' && /^[1-9]\d{0,2}$/.test(page) ? Number(page) - 1 : 0;
}

/** null: it is none. */
function readDecision(form: URLSearchParams, nowUs: number): GroupDecision | null {
  const kind = form.get('kind');
  if (kind === 'open' || kind === 'expected' || kind === 'resolved') return { kind };
  const snooze = SNOOZES.find(({ name }) => name === form.get('for'));
  return kind === 'snoozed' && snooze !== undefined ? { kind, untilUs: nowUs + snooze.spanUs } : null;
}
