/** Skipping with a reason. Its own entry point (`@resetscope/testkit/jest`): nothing else here knows jest. */
import { describe, test } from '@jest/globals';

const told = new Set<string>();

function tell(reason: string): void {
  if (told.has(reason)) return;
  told.add(reason);
  process.stderr.write(`skipped: ${reason}\n`);
}

/** `test` when the condition holds, otherwise `test.skip` with the reason printed once. */
export function testIf(condition: boolean, reason: string): typeof test {
  if (condition) return test;
  tell(reason);
  return test.skip as typeof test;
}

/** The same for `describe`. */
export function describeIf(condition: boolean, reason: string): typeof describe {
  if (condition) return describe;
  tell(reason);
  return describe.skip as typeof describe;
}
