/** A question to Redis that may be refused. */
import { type Finding, skipped } from '../finding.ts';
import type { CheckId } from './check-meaning.ts';

/** What this user may not ask, or Redis does not answer, is no finding about the stack: it is skipped, with what Redis said. */
export async function told(
  id: CheckId,
  subject: string,
  look: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    return [skipped(id, subject, `could not be asked: ${(error as Error).message}`)];
  }
}
