import { expect, test } from '@jest/globals';
import { hasProgram } from '@resetscope/testkit';
import { describeIf, withRedis } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { Progress } from './unlogged-progress.ts';

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('Progress', () => {
  const redis = withRedis((path) => new Redis(path));
  const progress = (): Progress => new Progress(redis());

  test('one holds a node, others another', async () => {
    const [one, two] = [progress(), progress()];
    expect(await one.hold('a')).toEqual({ kind: 'ours', watermarkUs: null });
    expect(await two.hold('a')).toEqual({ kind: 'held-by-other' });
    expect(await two.hold('b')).toEqual({ kind: 'ours', watermarkUs: null });
    expect(await one.hold('a')).toEqual({ kind: 'ours', watermarkUs: null });
  });

  test('who follows goes on at the watermark', async () => {
    const [one, two] = [progress(), progress()];
    await one.hold('c');
    expect(await one.advance('c', 1_795_329_312_000_000)).toBe(true);
    await two.release('c');
    expect(await two.hold('c')).toEqual({ kind: 'held-by-other' });
    await one.release('c');
    expect(await two.hold('c')).toEqual({ kind: 'ours', watermarkUs: 1_795_329_312_000_000 });
  });

  test('who has lost the lease moves nothing', async () => {
    const [one, two] = [progress(), progress()];
    await one.hold('d');
    await redis().del('{resetscope:unlogged:d}:lease');
    await two.hold('d');
    expect(await one.advance('d', 5_000_000)).toBe(false);
    expect(await two.hold('d')).toEqual({ kind: 'ours', watermarkUs: null });
  });

  test('a lease ends by itself, a watermark that is none is as no watermark', async () => {
    const one = progress();
    await redis().set('{resetscope:unlogged:e}:watermark', 'soon');
    expect(await one.hold('e')).toEqual({ kind: 'ours', watermarkUs: null });
    await one.advance('e', 1);
    expect(await redis().pttl('{resetscope:unlogged:e}:lease')).toBeLessThanOrEqual(10_000);
    expect(await redis().ttl('{resetscope:unlogged:e}:lease')).toBeGreaterThan(0);
    expect(await redis().ttl('{resetscope:unlogged:e}:watermark')).toBeGreaterThan(600_000);
  });
});
