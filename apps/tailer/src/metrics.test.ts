import { expect, test } from '@jest/globals';
import { createLogger } from '@resetscope/telemetry';
import type { LineClass } from './classify.ts';
import type { LineCounts } from './line-watch.ts';
import { TailerMetrics } from './metrics.ts';

const none: LineCounts = {
  others: 0,
  continuations: 0,
  limited: 0,
  afterUnclosedQuote: 0,
  beforeContinuation: 0,
  sawInfo: false,
};
const classes: ReadonlyMap<LineClass, number> = new Map([['not-a-log-line', 3]]);

function silent(): TailerMetrics {
  const log = createLogger('tailer');
  log.level = 'silent';
  return new TailerMetrics(log);
}

test.each([
  { event: 'fileOpened', args: [], metric: 'opened_files_total 1' },
  { event: 'fileRotated', args: [], metric: 'rotations_total 1' },
  { event: 'fileTruncated', args: [], metric: 'truncations_total 1' },
  { event: 'bytesRead', args: [42], metric: 'bytes_total 42' },
  { event: 'lineCut', args: [9], metric: 'cut_lines_total 1' },
  { event: 'nulSkipped', args: [9], metric: 'nul_bytes_total 9' },
  { event: 'linesLost', args: ['file-gone'], metric: 'losses_total{reason="file-gone"} 1' },
  { event: 'readFailed', args: [new Error('x')], metric: 'read_failures_total 1' },
  { event: 'watchFailed', args: [new Error('x')], metric: 'watch_failures_total 1' },
  { event: 'checkpointDamaged', args: ['/x.damaged'], metric: 'damaged_checkpoints_total 1' },
  { event: 'checkpointFailed', args: [new Error('x')], metric: 'checkpoint_failures_total 1' },
  { event: 'queueFailed', args: [new Error('x')], metric: 'queue_failures_total 1' },
  { event: 'redisAway', args: [new Error('x')], metric: 'redis_up 0' },
  { event: 'linesRead', args: ['/a', classes, { ...none, sawInfo: true }], metric: 'info_level_seen 1' },
  { event: 'linesRead', args: ['/a', classes, none], metric: 'lines_total{class="not-a-log-line"} 3' },
  { event: 'linesRead', args: ['/a', classes, { ...none, others: 9 }], metric: 'lines_total{class="other"} 9' },
  {
    event: 'linesRead',
    args: ['/a', classes, { ...none, continuations: 2 }],
    metric: 'lines_total{class="continuation"} 2',
  },
  {
    event: 'linesRead',
    args: ['/a', classes, { ...none, limited: 2 }],
    metric: 'losses_total{reason="nginx-limiting"} 2',
  },
  {
    event: 'linesRead',
    args: ['/a', classes, { ...none, afterUnclosedQuote: 2 }],
    metric: 'suspect_lines_total{flag="after-unclosed-quote"} 2',
  },
  {
    event: 'linesRead',
    args: ['/a', classes, { ...none, beforeContinuation: 2 }],
    metric: 'suspect_lines_total{flag="before-continuation"} 2',
  },
  {
    event: 'lineDoubted',
    args: [['single-slash-upstream', 'control-bytes']],
    metric: 'suspect_lines_total{flag="control-bytes"} 1',
  },
  { event: 'familyLineRead', args: ['client-aborted'], metric: 'family_lines_total{kind="client-aborted"} 1' },
  { event: 'jobQueued', args: ['reset-recv', 0.004, 0], metric: 'jobs_total{kind="reset-recv"} 1' },
  { event: 'jobQueued', args: ['reset-recv', 0.004, 41], metric: 'grouped_lines_total{kind="reset-recv"} 41' },
  { event: 'recordBroken', args: [], metric: 'broken_records_total 1' },
  { event: 'logRefused', args: ['/x', 'too-many'], metric: 'refused_logs_total{reason="too-many"} 1' },
  { event: 'datagramReceived', args: ['not-nginx'], metric: 'datagrams_total{result="not-nginx"} 1' },
  { event: 'datagramReceived', args: ['dropped'], metric: 'losses_total{reason="syslog-full"} 1' },
])('$event is counted', async ({ event, args, metric }) => {
  const metrics = silent();
  const line = `\nresetscope_tail_${metric}\n`;
  expect(await metrics.registry.metrics()).not.toContain(line);
  (metrics as unknown as Record<string, (...values: unknown[]) => void>)[event]?.(...args);
  expect(await metrics.registry.metrics()).toContain(line);
});

test('Redis may come back', async () => {
  const metrics = silent();
  metrics.redisAway(new Error('x'));
  expect(metrics.isRedisUp).toBe(false);
  metrics.redisBack();
  expect(metrics.isRedisUp).toBe(true);
  expect(await metrics.registry.metrics()).toContain('\nresetscope_tail_redis_up 1\n');
});

test('the state of the logs is read at every scrape: sums, the worst of all, and each', async () => {
  const metrics = silent();
  const savedAtMs = Date.now() - 60_000;
  let logs = [
    { name: '/a.log', status: { lagBytes: 5, lagMs: 1500, openFiles: 1, checkpointSavedAtMs: savedAtMs } },
    { name: '/b.log', status: { lagBytes: 10, lagMs: 0, openFiles: 2, checkpointSavedAtMs: undefined } },
  ];
  metrics.observe({
    logs: async () => logs,
    syslog: async () => [
      { name: 'syslog:127.0.0.1:5514', kernelDrops: 7 },
      { name: 'syslog:unix:/x', kernelDrops: undefined },
    ],
  });
  const text = await metrics.registry.metrics();
  for (const line of [
    'logs 2',
    'lag_bytes 15',
    'lag_seconds 1.5',
    'open_files 3',
    'log_lag_bytes{log="/b.log"} 10',
    'log_lag_seconds{log="/a.log"} 1.5',
    'log_checkpoint_age_seconds{log="/b.log"} 0',
    'syslog_kernel_drops{log="syslog:127.0.0.1:5514"} 7',
  ]) {
    expect(text).toContain(`\nresetscope_tail_${line}\n`);
  }
  expect(text).not.toContain('syslog:unix');
  expect(Number(/\nresetscope_tail_checkpoint_age_seconds ([\d.]+)\n/.exec(text)?.[1])).toBeGreaterThanOrEqual(60);
  logs = logs.slice(1);
  const later = await metrics.registry.metrics();
  expect(later).toContain('\nresetscope_tail_lag_bytes 10\n');
  expect(later).not.toContain('/a.log');
});

test('a log of many lines and none of level info seems to hide clients, until one comes or the log vanishes', async () => {
  const metrics = silent();
  metrics.observe({ logs: async () => [], syslog: async () => [] });
  const hides = async (): Promise<string | undefined> =>
    /log_level_hides_clients\{log="\/a"\} (\d)/.exec(await metrics.registry.metrics())?.[1];
  metrics.linesRead('/a', new Map(), { ...none, others: 19 });
  expect(await hides()).toBe('0');
  metrics.linesRead('/a', new Map([['job', 1]]), none);
  expect(await hides()).toBe('1');
  metrics.linesRead('/a', new Map(), { ...none, others: 1, sawInfo: true });
  expect(await hides()).toBe('0');
  metrics.logVanished('/a');
  expect(await hides()).toBeUndefined();
});
