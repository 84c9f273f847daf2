/**
 * What the lines of a node have told besides their own incidents, kept in Redis for whoever looks for losses without a line:
 * which ends are nginx's, whether the log is at level info, and which requests were spoken of when.
 */
import { createHash } from 'node:crypto';
import { type Match, NEAR_LINE_US, requestsOf, upstreamKey } from '@resetscope/diagnosis';
import { sanitizeNode } from '@resetscope/ring';
import type { Cluster, Redis } from 'ioredis';
import { writtenUs } from './line-time.ts';
import { pipelineAnswers } from './pipeline-answers.ts';
import { endText, type KnownSides } from './unlogged-sides.ts';

/** What nobody has spoken of for a day may have changed: another configuration, other addresses. */
const KNOWN_MS = 24 * 3_600_000;
/** Facts of a node at most, the latest: a line's upstream may be a client's invention (nginx-error-log F1). */
const KNOWN_MAX = 4096;
/** A fact that this process has written so lately is not written again. */
const FRESH_MS = 60_000;
/** Facts remembered as written; beyond, all are written again. */
const FRESH_MAX = 10_000;
/** Requests are asked for some 12 s after they ended (UnloggedWatcher), and 2 minutes later at most when lines queue up. */
const REQUEST_KEEP_SECONDS = 180;
const SECOND_US = 1_000_000;
/** Hexadecimal digits of a request's hash: two of 200,000 share one with odds of 1 in 10^4. */
const HASH_LEN = 12;

export interface Told {
  readonly sides: KnownSides;
  /** Lines of level info came: nginx logs what happens to clients. Null: none did, so nobody knows. */
  readonly logsClients: true | null;
}

const FACTS = ['listener', 'upstream', 'address', 'level'] as const;
type Fact = `${(typeof FACTS)[number]} ${string}`;

export class ToldByLines {
  private readonly redis: Redis | Cluster;
  /** `node fact` -> when it was written. */
  private readonly fresh = new Map<string, number>();

  constructor(redis: Redis | Cluster) {
    this.redis = redis;
  }

  /** One match for each line. One round trip; safe to repeat. */
  async note(node: string, matches: readonly Match[]): Promise<void> {
    const nowMs = Date.now();
    const facts = [...new Set(matches.flatMap(factsOf))].filter((fact) => !this.isFresh(`${node} ${fact}`, nowMs));
    const requests = new Set(matches.flatMap(({ line }) => requestKeys(node, requestsOf(line), writtenUs(line))));
    if (facts.length + requests.size === 0) return;
    const pipeline = this.redis.pipeline();
    if (facts.length > 0) {
      const key = knownKey(node);
      pipeline.zadd(key, ...facts.flatMap((fact) => [nowMs, fact]));
      pipeline.zremrangebyrank(key, 0, -KNOWN_MAX - 1);
      pipeline.pexpire(key, KNOWN_MS);
    }
    for (const request of requests) pipeline.set(request, '', 'EX', REQUEST_KEEP_SECONDS);
    await pipelineAnswers(pipeline);
    if (this.fresh.size > FRESH_MAX) this.fresh.clear();
    for (const fact of facts) this.fresh.set(`${node} ${fact}`, nowMs);
  }

  async read(node: string): Promise<Told> {
    const facts = await this.redis.zrangebyscore(knownKey(node), Date.now() - KNOWN_MS, '+inf');
    const of = (kind: (typeof FACTS)[number]): ReadonlySet<string> =>
      new Set(facts.filter((fact) => fact.startsWith(`${kind} `)).map((fact) => fact.slice(kind.length + 1)));
    return {
      sides: { listeners: of('listener'), upstreams: of('upstream'), addresses: of('address') },
      logsClients: of('level').has('info') ? true : null,
    };
  }

  /** Was a line about this request (requestsOf) written when the connection ended? To the second. */
  async spokeOf(node: string, request: string, endUs: number): Promise<boolean> {
    const keys: string[] = [];
    for (let atUs = endUs - NEAR_LINE_US.after; atUs < endUs + NEAR_LINE_US.before + SECOND_US; atUs += SECOND_US) {
      keys.push(...requestKeys(node, [request], atUs));
    }
    return (await this.redis.mget(keys)).some((text) => text !== null);
  }

  private isFresh(fact: string, nowMs: number): boolean {
    return nowMs - (this.fresh.get(fact) ?? 0) <= FRESH_MS;
  }
}

/** Only of lines that packets agree with: anybody can write a line. */
function factsOf(match: Match): readonly Fact[] {
  if (match.kind !== 'matched') return [];
  const { entry, leg } = match.line;
  const { originator, responder } = match.best.stream;
  const level: readonly Fact[] = entry.level === 'info' ? ['level info'] : [];
  if (leg === 'upstream') return [`upstream ${endText(responder)}`, `address ${originator.address}`, ...level];
  const upstream = upstreamKey(match.line);
  const asked: readonly Fact[] = upstream === null ? [] : [`upstream ${upstream}`];
  return [`listener ${endText(responder)}`, `address ${responder.address}`, ...asked, ...level];
}

function tagOf(node: string): string {
  return `{resetscope:unlogged:${sanitizeNode(node)}}`;
}

function knownKey(node: string): string {
  return `${tagOf(node)}:known`;
}

function requestKeys(node: string, requests: readonly string[], atUs: number): readonly string[] {
  const second = Math.floor(atUs / SECOND_US);
  return requests.map((request) => {
    const hash = createHash('sha256').update(request).digest('hex').slice(0, HASH_LEN);
    return `${tagOf(node)}:told:${hash}:${second}`;
  });
}
