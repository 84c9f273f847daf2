/** How connections begin and end, read from the block builder at every scrape: the denominator of a rate of resets. */
import type { BlockBuilder } from '@resetscope/ring';
import { Counter, Gauge, type Registry } from '@resetscope/telemetry';

/** Adds the connection metrics to the registry. Labels come from closed lists (connection-counts.ts of @resetscope/ring). */
export function watchConnections(registry: Registry, builder: BlockBuilder): void {
  const registers = [registry];
  new Counter({
    name: 'resetscope_capture_connections_opened_total',
    help: 'Connections whose SYN was captured.',
    registers,
    collect() {
      this.reset();
      this.inc(builder.counts.opened);
    },
  });
  new Counter({
    name: 'resetscope_capture_connections_closed_total',
    help: 'Connections by what ended them first (fin, rst, none: it fell silent), who sent that (opener, acceptor), and in which phase.',
    labelNames: ['kind', 'by', 'phase'],
    registers,
    collect() {
      this.reset();
      for (const { kind, by, phase, connections } of builder.counts.endings())
        this.inc({ kind, by, phase }, connections);
    },
  });
  new Gauge({
    name: 'resetscope_capture_connections',
    help: 'Connections remembered now.',
    registers,
    collect() {
      this.set(builder.connectionCount);
    },
  });
}
