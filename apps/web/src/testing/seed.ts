/**
 * Fills a store with incidents that look like a week of a busy site: recorded ones, each moved to another time, client,
 * upstream or server. The same plan gives the same incidents.
 */
import type { Incident } from '@resetscope/diagnosis';
import type { IncidentStore, NewIncident } from '@resetscope/incidents';

export interface SeedPlan {
  readonly incidents: number;
  /** Groups they fall into at most: each is a recorded cause at an upstream network or server of its own. */
  readonly groups: number;
  readonly nowUs: number;
  /** Age of the oldest. */
  readonly spanUs: number;
}

/** Puts at the same time. */
const CONCURRENCY = 64;

/** A storm stands for so many lines at most. */
const MAX_STORM = 40;

const NODES = ['web-1', 'web-2', 'web-3'] as const;
const ROUTES = [
  '/pay/1061',
  '/orders/77/items',
  '/login',
  '/search?q=shoes',
  '/cart',
  '/v2/feed',
  '/img/88.webp',
] as const;

/** Ids are `seed-0`, `seed-1`, ...; newest last. */
export function* seedIncidents(recorded: readonly Incident[], plan: SeedPlan): Generator<NewIncident> {
  const random = mulberry32(1);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const matched = recorded.filter(({ cause }) => cause !== null);
  const others = recorded.filter(({ cause }) => cause === null);
  for (let n = 0; n < plan.incidents; n++) {
    const isOther = others.length > 0 && random() < 0.06;
    // Few groups are large, many are small.
    const problem = Math.floor(plan.groups * random() ** 2.2);
    const base = isOther ? pick(others) : (matched[problem % matched.length] as Incident);
    const isUnlogged = !isOther && random() < 0.04;
    const agoUs = plan.spanUs * (n < plan.incidents / 3 ? random() : random() ** 4);
    const createdAtUs = Math.floor(plan.nowUs - agoUs);
    const moved = move(base, {
      problem,
      createdAtUs,
      client: `203.0.113.${Math.floor(random() * 60)}`,
      path: pick(ROUTES),
    });
    yield {
      id: `seed-${n}`,
      node: pick(NODES),
      createdAtUs,
      resetTsUs: base.reset === null ? null : createdAtUs - 2000,
      incident: isUnlogged ? withoutLine(moved) : moved,
      grouped: random() < 0.02 ? Math.ceil(random() * MAX_STORM) : 0,
      logged: !isUnlogged,
      evidence: null,
    };
  }
}

export async function seedStore(store: IncidentStore, recorded: readonly Incident[], plan: SeedPlan): Promise<void> {
  const incidents = seedIncidents(recorded, plan);
  const putSome = async (): Promise<void> => {
    for (const incident of incidents) await store.put(incident);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, putSome));
}

interface Move {
  readonly problem: number;
  readonly createdAtUs: number;
  readonly client: string;
  readonly path: string;
}

/** The same story elsewhere: addresses, server, path and times are replaced wherever they stand. */
function move(base: Incident, { problem, createdAtUs, client, path }: Move): Incident {
  const upstream = addressOf(
    base.leg === 'upstream' ? base.stream?.responder : base.upstream?.replace(/^\w+:\/\//, ''),
  );
  const { target } = base.request;
  const server = /, server: ([^,]*)/.exec(base.line.raw)?.[1];
  const loggedAt = new Date(createdAtUs / 1000).toISOString();
  const changes: readonly (readonly [string | null | undefined, string])[] = [
    [base.client, client],
    [upstream, `10.${40 + (problem >> 8)}.${problem & 255}.${7 + (createdAtUs % 4)}`],
    [target === null || target.length < 5 ? null : target, path],
    [server === undefined ? null : `, server: ${server}`, `, server: shop-${problem}.example`],
    [base.loggedAt, loggedAt],
    [base.line.raw.slice(0, 19), loggedAt.slice(0, 19).replace('T', ' ').replaceAll('-', '/')],
  ];
  let text = JSON.stringify(base);
  for (const [from, to] of changes)
    if (from !== null && from !== undefined && from !== '') text = text.replaceAll(from, to);
  return JSON.parse(text) as Incident;
}

function addressOf(endpoint: string | undefined): string | undefined {
  return /^(\d+\.\d+\.\d+\.\d+):/.exec(endpoint ?? '')?.[1];
}

function withoutLine(incident: Incident): Incident {
  return { ...incident, line: { file: '', lineNumber: 0, offset: null, raw: '' } };
}

/** Tommy Ettinger's mulberry32: small, and the same on every machine. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
