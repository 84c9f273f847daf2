/**
 * What has become of the lines that were accepted: each is answered, or its job is pending or dead. Counted in Redis, so that it
 * is the same whoever asks and however often a correlator was killed. A line in the middle of its answer may be counted twice
 * for that moment; at rest the sum is the number of lines that the tailers have put into the queue.
 */
import type { Cluster, Redis } from 'ioredis';
import { countLines, openJobs } from './open-jobs.ts';
import type { ResetQueue } from './reset-queue.ts';

/** Lines; a job that stands for a storm counts for all of its lines. */
export interface LineLedger {
  readonly matched: number;
  readonly ambiguous: number;
  readonly unmatched: number;
  /** Not answered yet. */
  readonly pending: number;
  /** Never answered: dead letters, as long as they are kept. */
  readonly dead: number;
  /** Sum of the others. */
  readonly lines: number;
}

/** Where answers are kept: the incident store. */
export interface LineAnswers {
  /** Lines answered since it began. */
  counts(): Promise<Pick<LineLedger, 'matched' | 'ambiguous' | 'unmatched'>>;
  /** Which of these jobs have their first answer. */
  answered(jobIds: readonly string[]): Promise<ReadonlySet<string>>;
}

/** redis: that of the queue. Costs a round trip for 500 open jobs. */
export async function readLineLedger(
  redis: Redis | Cluster,
  queue: ResetQueue,
  answers: LineAnswers,
): Promise<LineLedger> {
  const open = await openJobs(queue);
  const answered = await answers.answered([...open.pending, ...open.dead]);
  const linesOf = (ids: readonly string[]): Promise<number> =>
    countLines(
      redis,
      ids.filter((id) => !answered.has(id)),
    );
  const [pending, dead] = [await linesOf(open.pending), await linesOf(open.dead)];
  const { matched, ambiguous, unmatched } = await answers.counts();
  return { matched, ambiguous, unmatched, pending, dead, lines: matched + ambiguous + unmatched + pending + dead };
}
