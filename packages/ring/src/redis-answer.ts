/** An answer of Redis, or the error that says that there was none. */
import { RingUnavailableError } from './ring-unavailable-error.ts';

/** A Redis that has not answered by then counts as away: ioredis itself would wait for ever. */
const ANSWER_TIMEOUT_MS = 5000;

/** @throws RingUnavailableError on a failure or after ANSWER_TIMEOUT_MS */
export async function answered<T>(node: string, reply: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer for ${ANSWER_TIMEOUT_MS} ms`)), ANSWER_TIMEOUT_MS);
  });
  try {
    return await Promise.race([reply, tooLate]);
  } catch (error) {
    throw new RingUnavailableError(node, error);
  } finally {
    clearTimeout(timer);
  }
}
