/**
 * One connection explains one line: the first line to claim it keeps it, also against other correlators. Lines of one
 * client connection share a claim, and a job that is run again finds its own. What was found without a line, and what is
 * one of several that fit a line, is held until a line claims it: any line wins.
 */
import type { LogLine } from '@resetscope/diagnosis';
import type { TcpStream } from '@resetscope/flow';
import type { ResetJob } from '@resetscope/jobs';
import { type ConnectionKey, sanitizeNode } from '@resetscope/ring';
import type { Cluster, Redis } from 'ioredis';
import { pipelineAnswers } from './pipeline-answers.ts';

/** Claims outlive the longest ring and every retry of a job. */
const KEEP_SECONDS = 3600;

/** Prefix of an owner that is no line: the id of an unlogged incident follows. No claimant begins like this. */
const UNLOGGED = 'unlogged:';
/** Owner of what may be the connection of a line. */
const AMBIGUOUS = 'ambiguous';
/** A claimant, and after a newline the id of the unlogged incident that it has replaced (unlogged-incident-id.ts). */
const CLAIMANT = /^(.*?)(?:\n([0-9a-f]{32}))?$/s;
const ID_LEN = 32;

const OWNER_LUA = `
local owner = redis.call('get', KEYS[1])
local isHeld = owner and (owner == '${AMBIGUOUS}' or string.sub(owner, 1, ${UNLOGGED.length}) == '${UNLOGGED}')
local hasReplaced = owner and #owner == #ARGV[1] + 1 + ${ID_LEN} and string.sub(owner, 1, #ARGV[1] + 1) == ARGV[1] .. '\\n'
local isOwn = hasReplaced or owner == ARGV[1]
`;

/**
 * Claims a connection for a line. KEYS: 1 connection. ARGV: 1 claimant, 2 seconds to keep.
 * Returns false when another line has it; else the id of the unlogged incident that the claim replaces, or ''. Safe to repeat:
 * the owner remembers what it has replaced.
 */
const CLAIM = `${OWNER_LUA}
if owner and not isHeld and not isOwn then return false end
if isOwn then return string.sub(owner, #ARGV[1] + 2) end
local replaces = ''
if isHeld and owner ~= '${AMBIGUOUS}' then replaces = string.sub(owner, ${UNLOGGED.length + 1}) end
redis.call('set', KEYS[1], replaces == '' and ARGV[1] or ARGV[1] .. '\\n' .. replaces, 'ex', ARGV[2])
return replaces`;

/** Gives up a claim only to whom it belongs. KEYS: 1 connection. ARGV: 1 claimant. */
const RELEASE = `${OWNER_LUA}
if isOwn then return redis.call('del', KEYS[1]) end
return 0`;

/**
 * Holds a connection for an unlogged incident. KEYS: all that the connection may be claimed under. ARGV: 1 owner, 2 seconds.
 * Returns 1 when it is held now; 0 when a line has it, or may. Safe to repeat.
 */
const HOLD = `
for _, key in ipairs(KEYS) do
  local owner = redis.call('get', key)
  if owner and owner ~= ARGV[1] then return 0 end
end
for _, key in ipairs(KEYS) do redis.call('set', key, ARGV[1], 'ex', ARGV[2]) end
return 1`;

/** What a claim of a line came to. */
export type Claim =
  /** Another line has the connection. */
  | { readonly kind: 'lost' }
  /** replaces: id of the incident under which it was stored as unlogged; it must go. */
  | { readonly kind: 'ours'; readonly replaces: string | null };

/** Who owns a connection. */
export type Owner =
  | { readonly kind: 'line'; readonly claimant: string; readonly replaces: string | null }
  | { readonly kind: 'ambiguous' }
  | { readonly kind: 'unlogged'; readonly incidentId: string };

export class Claims {
  private readonly redis: Redis | Cluster;
  private readonly tag: string;

  constructor(redis: Redis | Cluster, node: string) {
    this.redis = redis;
    this.tag = `{resetscope:claims:${sanitizeNode(node)}}`;
  }

  /** For lines, each connection for one. What each claim came to, in order; one round trip. Safe to repeat. */
  async claim(wanted: readonly (readonly [stream: TcpStream, claimant: string])[]): Promise<readonly Claim[]> {
    const pipeline = this.redis.pipeline();
    for (const [stream, claimant] of wanted) pipeline.eval(CLAIM, 1, this.keyOf(stream), claimant, KEEP_SECONDS);
    return (await pipelineAnswers(pipeline)).map((replaces) => {
      if (replaces === null) return { kind: 'lost' };
      return { kind: 'ours', replaces: replaces === '' ? null : String(replaces) };
    });
  }

  /** Which line owns each connection; null: none does. */
  async owners(streams: readonly TcpStream[]): Promise<readonly (string | null)[]> {
    const owners = await this.ask(streams.map((stream) => this.keyOf(stream)));
    return owners.map((owner) => (owner?.kind === 'line' ? owner.claimant : null));
  }

  /** Nothing happens when somebody else owns it. */
  async release(stream: TcpStream, claimant: string): Promise<void> {
    await this.redis.eval(RELEASE, 1, this.keyOf(stream), claimant);
  }

  /** A line may speak of any of these: what nobody owns is no loss without a line until it is known which it was. */
  async suspect(streams: readonly TcpStream[]): Promise<void> {
    if (streams.length === 0) return;
    const pipeline = this.redis.pipeline();
    for (const stream of new Set(streams)) pipeline.set(this.keyOf(stream), AMBIGUOUS, 'EX', KEEP_SECONDS, 'NX');
    await pipelineAnswers(pipeline);
  }

  /** Who owns the connections whose first FIN or RST was then. */
  async ownersAt(ends: readonly (readonly [key: ConnectionKey, endUs: number])[]): Promise<readonly (Owner | null)[]> {
    return this.ask(ends.map(([key, endUs]) => this.keyAt(key, endUs)));
  }

  /** False when a line has the connection, or may have. Safe to repeat. */
  async hold(stream: TcpStream, incidentId: string): Promise<boolean> {
    const keys = this.keysOf(stream);
    const held = await this.redis.eval(HOLD, keys.length, ...keys, `${UNLOGGED}${incidentId}`, KEEP_SECONDS);
    return held === 1;
  }

  /** What owns the connection, under whichever of its endings it was claimed. */
  async ownerOf(stream: TcpStream): Promise<Owner | null> {
    const owners = await this.ask(this.keysOf(stream));
    return owners.find((owner) => owner?.kind === 'line') ?? owners.find((owner) => owner !== null) ?? null;
  }

  private async ask(keys: readonly string[]): Promise<readonly (Owner | null)[]> {
    if (keys.length === 0) return [];
    return (await this.redis.mget([...keys])).map((text) => (text === null ? null : parseOwner(text)));
  }

  /** A connection in the life of its ports: by its first FIN or RST, which later packets do not change. */
  private keyOf(stream: TcpStream): string {
    return this.keyAt(connectionKeyOf(stream), stream.endings[0]?.tsUs ?? stream.firstUs);
  }

  /** One for each ending: a line that was matched without the connection's beginning may have missed the first. */
  private keysOf(stream: TcpStream): readonly string[] {
    const key = connectionKeyOf(stream);
    return [...new Set(stream.endings.map(({ tsUs }) => this.keyAt(key, tsUs)))];
  }

  private keyAt(key: ConnectionKey, endUs: number): string {
    return `${this.tag}:${connectionName(key)}@${endUs}`;
  }
}

/** The same for both directions, because who asked is not known of every connection. */
export function connectionName({ addressA, portA, addressB, portB }: ConnectionKey): string {
  const [a, b] = [`${addressA}:${portA}`, `${addressB}:${portB}`];
  return a < b ? `${a}-${b}` : `${b}-${a}`;
}

export function connectionKeyOf({ originator, responder }: Pick<TcpStream, 'originator' | 'responder'>): ConnectionKey {
  return {
    addressA: originator.address,
    portA: originator.port,
    addressB: responder.address,
    portB: responder.port,
  };
}

function parseOwner(text: string): Owner {
  if (text === AMBIGUOUS) return { kind: 'ambiguous' };
  if (text.startsWith(UNLOGGED)) return { kind: 'unlogged', incidentId: text.slice(UNLOGGED.length) };
  const [, claimant = text, replaces = null] = CLAIMANT.exec(text) ?? [];
  return { kind: 'line', claimant, replaces };
}

/** Who may claim: a line, and the job it came with. */
export interface Claimant {
  readonly job: Pick<ResetJob, 'id'>;
  readonly line: LogLine;
}

/** Lines of one client connection (same worker and *N) are one claimant; any other line is its job. */
export function claimantOf({ job, line }: Claimant): string {
  const { connectionNumber, pid } = line.entry;
  return line.leg === 'client' && connectionNumber !== null ? `${line.ref.file} ${pid}*${connectionNumber}` : job.id;
}
