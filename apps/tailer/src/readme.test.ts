/** The table of metrics in README.md and the registry name the same. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { createLogger } from '@resetscope/telemetry';
import { AccessMetrics } from './access-metrics.ts';
import { AccessQuestions } from './access-questions.ts';
import { AccessWindow } from './access-window.ts';
import { TailerMetrics } from './metrics.ts';

test('README.md has every metric, and no other', async () => {
  const metrics = new TailerMetrics(createLogger('tailer'));
  metrics.observe({ logs: async () => [], syslog: async () => [] });
  const access = new AccessMetrics(metrics.registry, createLogger('tailer'));
  access.observe(new AccessWindow({ maxBytes: 1, maxAgeMs: 1 }), new AccessQuestions({ max: 1, maxAgeMs: 1 }));
  const registered = (await metrics.registry.getMetricsAsJSON()).map(({ name }) => name);
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const told = [...readme.matchAll(/`(resetscope_tail_\w+)/g)].map((match) => match[1]);
  expect(told.sort()).toEqual(registered.sort());
});
