/**
 * What every app tells about its own process: CPU, memory, start, readiness. The first three have the names of
 * Prometheus' client libraries. prom-client's own default metrics are not used: they keep a timer of 10 ms running, more than an idle
 * tailer does otherwise.
 */
import { Counter, Gauge, type Registry } from 'prom-client';

/** Adds them to the registry; each is read at a scrape. notReady: as of /readyz. */
export function watchApp(registry: Registry, notReady: () => string | null): void {
  const registers = [registry];
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time of the process, user and system.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Memory of the process in RAM.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Gauge({
    name: 'process_start_time_seconds',
    help: 'When the process began.',
    registers,
  }).set(performance.timeOrigin / 1000);
  new Gauge({
    name: 'resetscope_ready',
    help: '1 while /readyz says ready: the Redis that the app needs answers.',
    registers,
    collect() {
      this.set(notReady() === null ? 1 : 0);
    },
  });
}
