import { expect, test } from '@jest/globals';
import type { Match } from '@resetscope/diagnosis';
import { hasProgram } from '@resetscope/testkit';
import { describeIf, withRedis } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { lineAt } from './testing/lines.ts';
import { START_US } from './testing/shop.ts';
import { ToldByLines } from './unlogged-told.ts';

const CLIENT = { originator: { address: '10.0.0.1', port: 40_000 }, responder: { address: '10.0.0.2', port: 80 } };
const UPSTREAM = { originator: { address: '10.0.0.2', port: 50_000 }, responder: { address: '10.0.1.3', port: 8080 } };

function matched(line: Match['line'], stream: typeof CLIENT): Match {
  return { kind: 'matched', line, best: { stream } } as Match;
}

function unmatched(line: Match['line']): Match {
  return { kind: 'unmatched', line } as Match;
}

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('ToldByLines', () => {
  const redis = withRedis((path) => new Redis(path));
  const told = (): ToldByLines => new ToldByLines(redis());
  const failed = { level: 'error', action: 'reading upstream', upstream: 'http://10.0.1.3:8080' } as const;

  test('matched lines tell which ends are nginx’s, and the level of the log', async () => {
    await told().note('a', [matched(lineAt(0), CLIENT), matched(lineAt(0, failed), UPSTREAM)]);
    const { sides, logsClients } = await told().read('a');
    expect([...sides.listeners]).toEqual(['10.0.0.2 80']);
    expect([...sides.upstreams]).toEqual(['10.0.1.3 8080']);
    expect([...sides.addresses]).toEqual(['10.0.0.2']);
    expect(logsClients).toBe(true);
  });

  test('lines without packets tell nothing of the kind, and nobody knows of another node', async () => {
    await told().note('b', [unmatched(lineAt(0, failed))]);
    for (const node of ['b', 'c']) {
      const { sides, logsClients } = await told().read(node);
      expect([sides.listeners.size, sides.upstreams.size, sides.addresses.size]).toEqual([0, 0, 0]);
      expect(logsClients).toBeNull();
    }
  });

  test.each<[string, number, boolean]>([
    ['when it was written', 0, true],
    ['two seconds before', -2_000_000, true],
    ['three seconds after', 3_000_000, true],
    ['ten seconds before', -10_000_000, false],
    ['ten seconds after', 10_000_000, false],
  ])('a request that a line spoke of explains what ended %s', async (title, offsetUs, expected) => {
    await told().note(title, [unmatched(lineAt(0, failed))]);
    expect(await told().spokeOf(title, 'upstream GET /a', START_US + offsetUs)).toBe(expected);
    expect(await told().spokeOf(title, 'client GET /a', START_US + offsetUs)).toBe(false);
  });

  test('what is known is not written again and again', async () => {
    const one = told();
    await one.note('d', [matched(lineAt(0), CLIENT)]);
    await redis().del('{resetscope:unlogged:d}:known');
    await one.note('d', [matched(lineAt(0), CLIENT)]);
    expect((await told().read('d')).sides.listeners.size).toBe(0);
    await told().note('d', [matched(lineAt(0), CLIENT)]);
    expect((await told().read('d')).sides.listeners.size).toBe(1);
  });

  test('facts are bounded in number, and end', async () => {
    const invented = Array.from({ length: 5000 }, (_, i) =>
      matched(lineAt(0, { upstream: `http://6.${i >> 8}.${i & 255}.1:80` }), CLIENT),
    );
    await told().note('e', invented);
    expect(await redis().zcard('{resetscope:unlogged:e}:known')).toBeLessThanOrEqual(4096);
    expect(await redis().ttl('{resetscope:unlogged:e}:known')).toBeGreaterThan(3600);
  });
});
