import { expect, test } from '@jest/globals';
import { createLogger } from '@resetscope/telemetry';
import { TailerMetrics } from './metrics.ts';

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
  { event: 'infoRead', args: [], metric: 'info_level_seen 1' },
  { event: 'linesRead', args: [new Map([['continuation', 3]])], metric: 'lines_total{class="continuation"} 3' },
  { event: 'jobQueued', args: ['reset-recv', 0.004], metric: 'jobs_total{kind="reset-recv"} 1' },
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

test('the state of the followers is read at every scrape: sums, and the worst of all', async () => {
  const metrics = silent();
  const savedAtMs = Date.now() - 60_000;
  let lagBytes = 5;
  metrics.observe(async () => [
    { lagBytes, lagMs: 1500, openFiles: 1, checkpointSavedAtMs: savedAtMs },
    { lagBytes: 10, lagMs: 0, openFiles: 2, checkpointSavedAtMs: undefined },
  ]);
  const text = await metrics.registry.metrics();
  expect(text).toContain('\nresetscope_tail_lag_bytes 15\n');
  expect(text).toContain('\nresetscope_tail_lag_seconds 1.5\n');
  expect(text).toContain('\nresetscope_tail_open_files 3\n');
  expect(Number(/\nresetscope_tail_checkpoint_age_seconds ([\d.]+)\n/.exec(text)?.[1])).toBeGreaterThanOrEqual(60);
  lagBytes = 0;
  expect(await metrics.registry.metrics()).toContain('\nresetscope_tail_lag_bytes 10\n');
});
