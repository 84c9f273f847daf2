import { expect, test } from '@jest/globals';
import type { UnloggedIncident } from '@resetscope/diagnosis';
import { createLogger, exemplarRegistry, type Registry } from '@resetscope/telemetry';
import { TransactionMetrics } from './transaction-metrics.ts';
import { UnloggedMetrics } from './unlogged-metrics.ts';

function metrics(): { readonly registry: Registry; readonly events: UnloggedMetrics } {
  const registry = exemplarRegistry();
  const log = createLogger('unlogged-test');
  log.level = 'silent';
  return { registry, events: new UnloggedMetrics(registry, log, new TransactionMetrics(registry)) };
}

test('what happens is counted under closed labels', async () => {
  const { registry, events } = metrics();
  const incident = {
    leg: 'client',
    reset: { by: 'nginx' },
    phase: 'request',
    cause: 'nginx-reset-timedout',
    outcome: { retrySafe: 'yes' },
    harm: 'failed',
    why: { reason: 'nginx-closed-itself' },
  } as UnloggedIncident;
  events.unloggedFound(incident, 'an-id');
  events.looked('healthy', 3);
  events.looked('undecided-storm', 2);
  events.unloggedReplaced();
  events.unloggedSkipped(2_500_000);
  const text = await registry.metrics();
  for (const line of [
    'resetscope_unlogged_total{leg="client",reset_by="nginx",phase="request",cause="nginx-reset-timedout",outcome="failed",silence="nginx-closed-itself"} 1',
    'resetscope_watched_resets_total{result="healthy"} 3',
    'resetscope_watched_resets_total{result="undecided-storm"} 2',
    'resetscope_unlogged_replaced_total 1',
    'resetscope_unlogged_skipped_seconds_total 2.5',
  ]) {
    expect(text).toContain(`${line}\n`);
  }
  expect(text).toContain('leg="client",harm="failed",retry_safe="yes",race="no"} 1 # {incident_id="an-id"} 1 ');
});

test('the lag is that of the node furthest behind among those looked at here', async () => {
  const { registry, events } = metrics();
  const lag = async (): Promise<number | undefined> =>
    (await registry.getSingleMetric('resetscope_unlogged_lag_seconds')?.get())?.values[0]?.value;
  expect(await lag()).toBe(0);
  events.unloggedLag('web-1', 12_000_000);
  events.unloggedLag('web-2', 90_000_000);
  expect(await lag()).toBe(90);
  events.unloggedLag('web-2', null);
  expect(await lag()).toBe(12);
});
