/**
 * One connection explains one line: the first line to claim it keeps it, also against other correlators. Lines of one
 * client connection share a claim, and a job that is run again finds its own.
 */
import type { LogLine } from '@resetscope/diagnosis';
import type { TcpStream } from '@resetscope/flow';
import type { Redis } from 'ioredis';

/** Claims outlive the longest ring and every retry of a job. */
const KEEP_SECONDS = 3600;

/** Gives up a claim only to whom it belongs. */
const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`;

export class Claims {
  private readonly redis: Redis;
  private readonly node: string;

  constructor(redis: Redis, node: string) {
    this.redis = redis;
    this.node = node;
  }

  /** True when the connection belongs to this claimant now. Safe to repeat. */
  async claim(stream: TcpStream, claimant: string): Promise<boolean> {
    const key = this.keyOf(stream);
    const set = await this.redis.set(key, claimant, 'EX', KEEP_SECONDS, 'NX');
    return set === 'OK' || (await this.redis.get(key)) === claimant;
  }

  /** Who owns each connection; null: nobody does. */
  async owners(streams: readonly TcpStream[]): Promise<readonly (string | null)[]> {
    return streams.length === 0 ? [] : this.redis.mget(streams.map((stream) => this.keyOf(stream)));
  }

  /** Nothing happens when somebody else owns it. */
  async release(stream: TcpStream, claimant: string): Promise<void> {
    await this.redis.eval(RELEASE, 1, this.keyOf(stream), claimant);
  }

  /** A connection in the life of its ports: by its first FIN or RST, which later packets do not change. */
  private keyOf({ originator: o, responder: r, endings, firstUs }: TcpStream): string {
    const endUs = endings[0]?.tsUs ?? firstUs;
    return `{resetscope:claims:${this.node}}:${o.address}:${o.port}-${r.address}:${r.port}@${endUs}`;
  }
}

/** Lines of one client connection (same worker and *N) are one claimant; any other line is its job. */
export function claimantOf({ jobId, line }: { readonly jobId: string; readonly line: LogLine }): string {
  const { connectionNumber, pid } = line.entry;
  return line.leg === 'client' && connectionNumber !== null ? `${line.ref.file} ${pid}*${connectionNumber}` : jobId;
}
