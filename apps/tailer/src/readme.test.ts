/** The table of metrics in README.md and the registry name the same. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { createLogger } from '@resetscope/telemetry';
import { TailerMetrics } from './metrics.ts';

test('README.md has every metric, and no other', async () => {
  const metrics = new TailerMetrics(createLogger('tailer'));
  metrics.observe({ logs: async () => [], syslog: async () => [] });
  const registered = (await metrics.registry.getMetricsAsJSON()).map(({ name }) => name);
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const told = [...readme.matchAll(/`(resetscope_tail_\w+)/g)].map((match) => match[1]);
  expect(told.sort()).toEqual(registered.sort());
});
