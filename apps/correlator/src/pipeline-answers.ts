/** Several commands to Redis in one round trip. */
import type { ChainableCommander } from 'ioredis';

/** The answers, in order. @throws the first error among them. */
export async function pipelineAnswers(pipeline: ChainableCommander): Promise<readonly unknown[]> {
  return ((await pipeline.exec()) ?? []).map(([error, answer]) => {
    if (error !== null) throw error;
    return answer;
  });
}
