/**
 * Lines of a node that several connections fit: equal lines are told apart only together, and the queue hands out their jobs one by
 * one, to any worker. Each is kept here for those that come after it, until it has its connection.
 */
import { parseResetJobText, type ResetJob } from '@resetscope/jobs';
import { sanitizeNode, type TimeWindow } from '@resetscope/ring';
import type { Cluster, Redis } from 'ioredis';
import { pipelineAnswers } from './pipeline-answers.ts';

/** The second look comes after 2 s; what is open then stays so. */
const KEEP_US = 10_000_000;
/** Lines kept of a node: a storm's worth; the oldest go first. */
const KEPT_MAX = 2000;

export class OpenLines {
  private readonly redis: Redis | Cluster;
  private readonly key: string;

  constructor(redis: Redis | Cluster, node: string) {
    this.redis = redis;
    this.key = `{resetscope:claims:${sanitizeNode(node)}}:open`;
  }

  /** Jobs of open lines that were read in the window, in the order of reading, `max` at most. */
  async readIn({ fromUs, toUs }: TimeWindow, max: number): Promise<readonly ResetJob[]> {
    const kept = await this.redis.zrangebyscore(this.key, fromUs, toUs, 'LIMIT', 0, max);
    return kept.flatMap((text) => {
      const parsed = parseResetJobText(text);
      return parsed.kind === 'job' ? [parsed.job] : [];
    });
  }

  /** Safe to repeat. */
  async note(open: readonly ResetJob[], settled: readonly ResetJob[]): Promise<void> {
    if (open.length + settled.length === 0) return;
    const pipeline = this.redis.pipeline();
    if (settled.length > 0) pipeline.zrem(this.key, ...settled.map(memberOf));
    if (open.length > 0) {
      const newestUs = Math.max(...open.map(({ readAtUs }) => readAtUs));
      pipeline.zadd(this.key, ...open.flatMap((job) => [job.readAtUs, memberOf(job)]));
      pipeline.zremrangebyscore(this.key, 0, newestUs - KEEP_US);
      pipeline.zremrangebyrank(this.key, 0, -KEPT_MAX - 1);
      pipeline.pexpire(this.key, KEEP_US / 1000);
    }
    await pipelineAnswers(pipeline);
  }
}

/** The same for every run of a job: its payload does not change. */
function memberOf(job: ResetJob): string {
  return JSON.stringify(job);
}
