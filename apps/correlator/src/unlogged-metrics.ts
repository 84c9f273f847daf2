/** What the search for losses without a line counts. Labels come from closed sets only. */
import type { UnloggedIncident } from '@resetscope/diagnosis';
import { Counter, Gauge, type Logger, type Registry } from '@resetscope/telemetry';
import type { TransactionMetrics } from './transaction-metrics.ts';
import type { Look, UnloggedEvents } from './unlogged-events.ts';

const FOUND_LABELS = ['leg', 'reset_by', 'phase', 'cause', 'outcome', 'silence'];
const US_PER_SECOND = 1_000_000;

export class UnloggedMetrics implements UnloggedEvents {
  private readonly log: Logger;
  private readonly transactions: TransactionMetrics;
  /** By node. */
  private readonly lags = new Map<string, number>();
  private readonly found: Counter;
  private readonly looks: Counter;
  private readonly replaced: Counter;
  private readonly skipped: Counter;

  constructor(registry: Registry, log: Logger, transactions: TransactionMetrics) {
    this.log = log;
    this.transactions = transactions;
    const counter = (name: string, help: string, labelNames: string[] = []): Counter =>
      new Counter({ name, help, labelNames, registers: [registry] });
    this.found = counter('resetscope_unlogged_total', 'Connections that lost data without a log line', FOUND_LABELS);
    this.looks = counter('resetscope_watched_resets_total', 'Connections with a reset, by what became of them', [
      'result',
    ]);
    this.replaced = counter('resetscope_unlogged_replaced_total', 'Losses without a line whose line came late');
    this.skipped = counter(
      'resetscope_unlogged_skipped_seconds_total',
      'Time that the ring forgot before it was looked at',
    );
    const { lags } = this;
    new Gauge({
      name: 'resetscope_unlogged_lag_seconds',
      help: 'How far the search for losses without a line is behind the live edge; of several nodes the last',
      registers: [registry],
      collect() {
        this.set(Math.max(0, ...lags.values()) / US_PER_SECOND);
      },
    });
  }

  looked(look: Look, connections: number): void {
    this.looks.inc({ result: look }, connections);
  }

  unloggedFound(incident: UnloggedIncident, incidentId: string): void {
    const { leg, reset, phase, cause, harm, why } = incident;
    this.transactions.hit(incident, incidentId);
    this.found.inc({
      leg: leg ?? 'none',
      reset_by: reset?.by ?? 'none',
      phase: phase ?? 'none',
      cause: cause ?? 'none',
      outcome: harm,
      silence: why.reason,
    });
  }

  unloggedReplaced(): void {
    this.replaced.inc();
  }

  unloggedSkipped(us: number): void {
    this.skipped.inc(us / US_PER_SECOND);
  }

  unloggedLag(node: string, us: number | null): void {
    if (us === null) this.lags.delete(node);
    else this.lags.set(node, us);
  }

  connectionFailed(error: Error): void {
    this.log.warn({ error: error.message }, 'cannot look for losses without a log line; trying again');
  }
}
