/** What the search for losses without a line has told. */
import type { UnloggedIncident } from '@resetscope/diagnosis';
import type { Look, UnloggedEvents } from '../unlogged-events.ts';

export class RecordedEvents implements UnloggedEvents {
  readonly looks: Partial<Record<Look, number>> = {};
  readonly found: UnloggedIncident[] = [];
  readonly lags = new Map<string, number | null>();
  readonly failures: Error[] = [];
  replaced = 0;
  skippedUs = 0;

  looked(look: Look, connections: number): void {
    if (connections > 0) this.looks[look] = (this.looks[look] ?? 0) + connections;
  }

  unloggedFound(incident: UnloggedIncident): void {
    this.found.push(incident);
  }

  unloggedReplaced(): void {
    this.replaced++;
  }

  unloggedSkipped(us: number): void {
    this.skippedUs += us;
  }

  unloggedLag(node: string, us: number | null): void {
    this.lags.set(node, us);
  }

  connectionFailed(error: Error): void {
    this.failures.push(error);
  }
}
