import { expect, test } from '@jest/globals';
import { waitUntil } from '@resetscope/testkit';
import { Registry } from 'prom-client';
import { watchApp } from './app-metrics.ts';

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

async function valueNow(registry: Registry, name: string): Promise<number> {
  return (await registry.getSingleMetric(name)?.get())?.values[0]?.value ?? Number.NaN;
}

test('a process tells of itself at every scrape', async () => {
  const registry = new Registry();
  let reason: string | null = null;
  watchApp(registry, () => reason);
  const before = await valueNow(registry, 'process_cpu_seconds_total');
  expect(before).toBeGreaterThan(0);
  await waitUntil(() => cpuSeconds() > before, { what: 'some CPU time' });
  expect(await valueNow(registry, 'process_cpu_seconds_total')).toBeGreaterThan(before);
  expect(await valueNow(registry, 'process_resident_memory_bytes')).toBeGreaterThan(1e6);
  expect(
    Math.abs((await valueNow(registry, 'process_start_time_seconds')) * 1000 - performance.timeOrigin),
  ).toBeLessThan(1);
  expect(await valueNow(registry, 'resetscope_ready')).toBe(1);
  reason = 'Redis is away';
  expect(await valueNow(registry, 'resetscope_ready')).toBe(0);
});
