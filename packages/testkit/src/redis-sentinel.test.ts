import { expect } from '@jest/globals';
import { testIf } from './jest.ts';
import { hasProgram } from './program.ts';
import { startRedisSentinel } from './redis-sentinel.ts';
import { waitUntil } from './wait-until.ts';

const sentinelTest = testIf(hasProgram('redis-server'), 'redis-server is not installed');

sentinelTest('the replica becomes master when the master is killed', async () => {
  const group = await startRedisSentinel();
  try {
    const [first, replica] = group.nodes;
    expect(group.url).toMatch(/^redis\+sentinel:\/\/127\.0\.0\.1:\d+,127\.0\.0\.1:\d+,127\.0\.0\.1:\d+\/shop$/);
    expect(await group.master()).toBe(first);
    await first?.kill();
    await waitUntil(async () => (await group.master()) === replica, { what: 'the replica to be master' });
  } finally {
    await group.stop();
  }
});
