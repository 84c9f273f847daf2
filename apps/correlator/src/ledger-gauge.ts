/** The reconciliation as a metric: the sum over its states is every line that was ever accepted. */
import type { LineLedger } from '@resetscope/jobs';
import { Gauge, type Registry } from '@resetscope/telemetry';

export class LedgerGauge {
  private readonly gauge: Gauge;

  constructor(registry: Registry) {
    this.gauge = new Gauge({
      name: 'resetscope_accepted_lines',
      help: 'Lines accepted into the queue since the store began, by what has become of them; the sum is all of them',
      labelNames: ['state'],
      registers: [registry],
    });
  }

  show({ matched, ambiguous, unmatched, pending, dead }: LineLedger): void {
    for (const [state, count] of Object.entries({ matched, ambiguous, unmatched, pending, dead })) {
      this.gauge.set({ state }, count);
    }
  }
}
