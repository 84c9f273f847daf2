/** The state of every log, read at each scrape. The label `log` is the path as configured or found: bounded by --max-logs. */
import type { FollowStatus } from '@resetscope/follow';
import { Gauge, type Registry } from '@resetscope/telemetry';

export interface LogState {
  readonly name: string;
  readonly status: FollowStatus;
}

export interface SyslogState {
  readonly name: string;
  /** undefined where the kernel does not say. */
  readonly kernelDrops: number | undefined;
}

/** What is asked at each scrape. */
export interface LogStates {
  readonly logs: () => Promise<readonly LogState[]>;
  readonly syslog: () => Promise<readonly SyslogState[]>;
}

type Sample = readonly [log: string, value: number];

/** Sums over all logs, or the worst of them, and the same for each. */
export function observeLogs(registry: Registry, { logs, syslog }: LogStates): void {
  const total = (name: string, help: string, value: (all: readonly FollowStatus[]) => number): void => {
    observe(registry, name, help, async () => value((await logs()).map(({ status }) => status)));
  };
  const each = (name: string, help: string, value: (status: FollowStatus) => number): void => {
    observeEach(registry, name, help, async () => (await logs()).map((log) => [log.name, value(log.status)]));
  };
  total('logs', 'Logs being followed.', (all) => all.length);
  total('lag_bytes', 'Bytes written to the logs and not yet in Redis.', (all) => sum(all.map((one) => one.lagBytes)));
  total('lag_seconds', 'Time since all lines of the log furthest behind were in Redis, 0 when they are.', (all) =>
    Math.max(0, ...all.map(lagSeconds)),
  );
  total('open_files', 'Files being read: one a log, more during a rotation.', (all) =>
    sum(all.map((one) => one.openFiles)),
  );
  total('checkpoint_age_seconds', 'Time since the oldest checkpoint was saved.', (all) =>
    Math.max(0, ...all.map(checkpointAge)),
  );
  each('log_lag_bytes', 'Bytes written to a log and not yet in Redis.', (status) => status.lagBytes);
  each('log_lag_seconds', 'Time since all lines of a log were in Redis, 0 when they are.', lagSeconds);
  each('log_checkpoint_age_seconds', 'Time since the checkpoint of a log was saved.', checkpointAge);
  observeEach(
    registry,
    'syslog_kernel_drops',
    'Datagrams the kernel dropped because a UDP socket was full.',
    async () =>
      (await syslog()).flatMap(({ name, kernelDrops }) => (kernelDrops === undefined ? [] : [[name, kernelDrops]])),
  );
}

function observe(registry: Registry, name: string, help: string, value: () => Promise<number>): void {
  new Gauge({
    name: `resetscope_tail_${name}`,
    help,
    registers: [registry],
    async collect() {
      this.set(await value());
    },
  });
}

export function observeEach(
  registry: Registry,
  name: string,
  help: string,
  values: () => Promise<readonly Sample[]>,
): void {
  new Gauge({
    name: `resetscope_tail_${name}`,
    help,
    labelNames: ['log'],
    registers: [registry],
    async collect() {
      const samples = await values();
      // a log that has vanished is no sample any more
      this.reset();
      for (const [log, value] of samples) this.set({ log }, value);
    },
  });
}

function lagSeconds({ lagMs }: FollowStatus): number {
  return lagMs / 1000;
}

function checkpointAge({ checkpointSavedAtMs }: FollowStatus): number {
  return checkpointSavedAtMs === undefined ? 0 : (Date.now() - checkpointSavedAtMs) / 1000;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
