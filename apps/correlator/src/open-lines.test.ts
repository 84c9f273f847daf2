import { expect, test } from '@jest/globals';
import { hasProgram } from '@resetscope/testkit';
import { describeIf, withRedis } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { OpenLines } from './open-lines.ts';
import { jobOf, logText, START_US } from './testing/shop.ts';

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('open lines', () => {
  const redis = withRedis((path) => new Redis(path));
  const NODE = 'web-1';
  const all = { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER };

  test('are there for others of their node and time until they have their connection', async () => {
    const [early, late] = [jobOf(NODE, START_US, logText()), jobOf(NODE, START_US + 1_000_000, logText())];
    const lines = new OpenLines(redis(), NODE);
    await lines.note([late, early], []);
    await lines.note([late], []);
    expect(await new OpenLines(redis(), NODE).readIn(all, 10)).toEqual([early, late]);
    expect(await lines.readIn(all, 1)).toEqual([early]);
    expect(await lines.readIn({ fromUs: START_US + 1, toUs: START_US + 2_000_000 }, 10)).toEqual([late]);
    expect(await new OpenLines(redis(), 'web-2').readIn(all, 10)).toEqual([]);
    await lines.note([], [early]);
    expect(await lines.readIn(all, 10)).toEqual([late]);
  });

  test('of another program are passed over', async () => {
    const lines = new OpenLines(redis(), 'mixed');
    const job = jobOf('mixed', START_US, logText());
    await lines.note([job], []);
    const [key] = await redis().keys('*mixed*');
    await redis().zadd(key!, START_US, '{"v":', START_US, '{"v":99}');
    expect(await lines.readIn(all, 10)).toEqual([job]);
  });

  test('are forgotten when nobody needs them any more', async () => {
    const lines = new OpenLines(redis(), 'forgetful');
    const [old, fresh] = [0, 11_000_000].map((atUs) => jobOf('forgetful', START_US + atUs, logText()));
    await lines.note([old!], []);
    await lines.note([fresh!], []);
    expect(await lines.readIn(all, 10)).toEqual([fresh]);
    const [key] = await redis().keys('*forgetful*');
    expect(await redis().pttl(key!)).toBeGreaterThan(0);
  });
});
