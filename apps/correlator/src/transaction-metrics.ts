/**
 * Transactions that a reset hit: what alerts ask for. Few labels, all of them from closed lists, and every series is there
 * from the start at 0, so that the first loss is an increase. The full verdict is in `resetscope_resets_total`.
 */
import type { Incident } from '@resetscope/diagnosis';
import { Counter, type Registry } from '@resetscope/telemetry';

const LEGS = ['client', 'upstream'] as const;
const HARMS = ['failed', 'may-have-executed', 'harmless', 'unknown'] as const;
const TERNARY = ['yes', 'no', 'unknown'] as const;
const RACE = ['yes', 'no'] as const;

/**
 * One side closed an idle connection while a request was on its way: rare at any load, gone with the right timeouts
 * (docs/verdicts.md).
 */
const RACES: ReadonlySet<string> = new Set([
  'keepalive-race-client-nginx',
  'keepalive-race-nginx-upstream',
  'lb-idle-timeout-reset',
  'nginx-reload-idle-close',
  'upstream-max-requests-recycle',
]);

export class TransactionMetrics {
  private readonly transactions: Counter;

  /** registry: one that shows exemplars. */
  constructor(registry: Registry) {
    this.transactions = new Counter({
      name: 'resetscope_transactions_total',
      help: 'Transactions that a reset hit, by the first verdict that named a connection; with and without a log line',
      labelNames: ['leg', 'harm', 'retry_safe', 'race'],
      registers: [registry],
      enableExemplars: true,
    });
    for (const leg of LEGS)
      for (const harm of HARMS)
        for (const retry_safe of TERNARY)
          for (const race of RACE) this.transactions.inc({ labels: { leg, harm, retry_safe, race }, value: 0 });
  }

  /** Of no leg, it is no transaction of nginx. */
  hit({ leg, harm, cause, outcome }: Incident, incidentId: string): void {
    if (leg === null) return;
    const race = cause !== null && RACES.has(cause) ? 'yes' : 'no';
    const labels = { leg, harm, retry_safe: outcome?.retrySafe ?? 'unknown', race };
    this.transactions.inc({ labels, exemplarLabels: { incident_id: incidentId } });
  }
}
