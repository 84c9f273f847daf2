import { expect, test } from '@jest/globals';
import { Counter } from 'prom-client';
import { exemplarRegistry } from './exemplar-registry.ts';

test('its text carries exemplars, in the format that has them', async () => {
  const registry = exemplarRegistry();
  const counter: Counter = new Counter({
    name: 'resetscope_test_total',
    help: 'h',
    labelNames: ['leg'],
    registers: [registry],
    enableExemplars: true,
  });
  counter.inc({ labels: { leg: 'client' }, exemplarLabels: { incident_id: 'abc' } });
  expect(registry.contentType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
  for (let scrape = 0; scrape < 2; scrape++) {
    expect(await registry.metrics()).toMatch(
      /^resetscope_test_total\{leg="client"\} 1 # \{incident_id="abc"\} 1 [\d.]+$/m,
    );
  }
});
