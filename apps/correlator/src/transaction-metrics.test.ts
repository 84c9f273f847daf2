import { expect, test } from '@jest/globals';
import type { Incident } from '@resetscope/diagnosis';
import { exemplarRegistry } from '@resetscope/telemetry';
import { TransactionMetrics } from './transaction-metrics.ts';

const NAME = 'resetscope_transactions_total';

function incident(facts: Partial<Incident>): Incident {
  return { leg: 'upstream', harm: 'failed', cause: null, outcome: null, ...facts } as Incident;
}

async function samples(...incidents: readonly Partial<Incident>[]): Promise<readonly string[]> {
  const registry = exemplarRegistry();
  const transactions = new TransactionMetrics(registry);
  for (const [index, facts] of incidents.entries()) transactions.hit(incident(facts), `id-${index}`);
  return (await registry.metrics()).split('\n').filter((line) => line.startsWith(`${NAME}{`));
}

test('every series is there before the first loss, so that it is an increase', async () => {
  const lines = await samples();
  expect(lines).toHaveLength(2 * 4 * 3 * 2);
  expect(lines.every((line) => line.endsWith('} 0'))).toBe(true);
});

test.each<{ readonly name: string; readonly facts: Partial<Incident>; readonly labels: string }>([
  {
    name: 'a POST that may have been executed',
    facts: { harm: 'may-have-executed', outcome: { retrySafe: 'no' } as Incident['outcome'] },
    labels: 'leg="upstream",harm="may-have-executed",retry_safe="no",race="no"',
  },
  {
    name: 'a race',
    facts: { cause: 'keepalive-race-nginx-upstream', outcome: { retrySafe: 'yes' } as Incident['outcome'] },
    labels: 'leg="upstream",harm="failed",retry_safe="yes",race="yes"',
  },
  {
    name: 'no outcome known',
    facts: { leg: 'client', harm: 'unknown' },
    labels: 'leg="client",harm="unknown",retry_safe="unknown",race="no"',
  },
])('$name is counted and leads to its incident', async ({ facts, labels }) => {
  const [line, ...others] = (await samples(facts)).filter((one) => !one.endsWith('} 0'));
  expect(line).toMatch(new RegExp(`^${NAME}\\{${labels}\\} 1 # \\{incident_id="id-0"\\} 1 `));
  expect(others).toEqual([]);
});

test('what concerns no leg of nginx is no transaction', async () => {
  expect((await samples({ leg: null })).filter((line) => !line.endsWith('} 0'))).toEqual([]);
});
