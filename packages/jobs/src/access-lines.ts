/**
 * The access-log lines that go with a job. The tailer keeps those that the job's error line asks for, when they come; the
 * correlator reads them with the job, and again at its later looks. One sorted set per job, by the time of reading: a line
 * kept twice is there once. The set of a job that was asked for and has no line yet holds the empty member alone, so that
 * "nobody follows an access log" is told from "nothing came yet".
 */
import type { Cluster, Redis } from 'ioredis';
import { z } from 'zod';
import { parseJson } from './parse-json.ts';

/** An access-log line as it was written, and what it takes to read it. */
export interface AccessRecord {
  /** nginx's log_format, as compileLogFormat takes it. */
  readonly format: string;
  /** One character per byte (ISO 8859-1), without newline, at most MAX_ACCESS_LINE_LEN. */
  readonly raw: string;
  /** Wall clock, microseconds since the Unix epoch. */
  readonly readAtUs: number;
}

/** What a job's line asked for and found; record null: only that it asked. */
export interface AccessFinding {
  readonly jobId: string;
  readonly record: AccessRecord | null;
}

/** A longer line is not kept: a request line of 8 KB, nginx's default limit (large_client_header_buffers), fits. */
export const MAX_ACCESS_LINE_LEN = 16_384;
/** Lines kept for a job, the newest: those of one client connection, of which the job is about one. */
const MAX_RECORDS = 16;
/** Jobs are looked at for the last time some 20 s after their line; a job that waits for its capture longer. */
const KEEP_SECONDS = 600;
const ASKED = '';

const recordSchema = z.object({ format: z.string(), raw: z.string().max(MAX_ACCESS_LINE_LEN), readAtUs: z.number() });

/** Of one node. Keys share the node's hash tag, so that a cluster keeps them on one shard. */
export class AccessLines {
  readonly #redis: Redis | Cluster;
  readonly #tag: string;

  /** redis: that of the queue; stays the caller's. */
  constructor(redis: Redis | Cluster, node: string) {
    this.#redis = redis;
    this.#tag = `{resetscope:access:${node.replace(/[{}]/g, '_')}}`;
  }

  /** In one round trip; safe to repeat. @throws what Redis answers. */
  async keep(findings: readonly AccessFinding[]): Promise<void> {
    if (findings.length === 0) return;
    const pipeline = this.#redis.pipeline();
    for (const { jobId, record } of findings) {
      const key = this.#keyOf(jobId);
      pipeline.zadd(key, String(record?.readAtUs ?? 0), record === null ? ASKED : JSON.stringify(record));
      pipeline.zremrangebyrank(key, 0, -MAX_RECORDS - 2);
      pipeline.expire(key, KEEP_SECONDS);
    }
    throwFirst(await pipeline.exec());
  }

  /** For each job its lines, oldest first; null: nobody looks for any. @throws what Redis answers. */
  async read(jobIds: readonly string[]): Promise<readonly (readonly AccessRecord[] | null)[]> {
    if (jobIds.length === 0) return [];
    const pipeline = this.#redis.pipeline();
    for (const jobId of jobIds) pipeline.zrange(this.#keyOf(jobId), '0', '-1');
    return throwFirst(await pipeline.exec()).map(recordsOf);
  }

  #keyOf(jobId: string): string {
    return `${this.#tag}:${jobId}`;
  }
}

type Replies = Awaited<ReturnType<ReturnType<Redis['pipeline']>['exec']>>;

/** The answers. @throws the first error among them. */
function throwFirst(replies: Replies): readonly unknown[] {
  return (replies ?? []).map(([error, answer]) => {
    if (error !== null) throw error;
    return answer;
  });
}

/** Members that are no records of ours are passed over. */
function recordsOf(members: unknown): readonly AccessRecord[] | null {
  if (!Array.isArray(members) || members.length === 0) return null;
  return members.flatMap((member) => {
    const parsed = recordSchema.safeParse(parseJson(String(member)));
    return parsed.success ? [parsed.data] : [];
  });
}
