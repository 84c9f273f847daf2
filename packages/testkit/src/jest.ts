/** Skipping with a reason, and set-up that tests share. Its own entry point (`@resetscope/testkit/jest`): nothing else here knows jest. */
import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { startRedis } from './redis-server.ts';

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

/**
 * A private Redis for the tests of the enclosing `describe`, and a client that `connect` makes, given the path of the
 * socket: any with this method, ioredis' among them. Gone before `afterAll` hooks that come later in the block run.
 */
export function withRedis<Client extends { disconnect(): void }>(connect: (path: string) => Client): () => Client {
  let client: Client | undefined;
  let stop = async (): Promise<void> => undefined;
  beforeAll(async () => {
    const server = await startRedis();
    stop = server.stop;
    client = connect(server.url.replace('unix:', ''));
  });
  afterAll(async () => {
    client?.disconnect();
    await stop();
  });
  return () => {
    if (client === undefined) throw new Error('expected to be called by a test or a hook: Redis starts before them');
    return client;
  };
}
