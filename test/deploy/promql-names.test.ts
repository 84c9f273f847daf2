import { expect, test } from '@jest/globals';
import { promqlNames } from './promql-names.ts';

test.each([
  {
    expr: 'sum by (leg) (rate(resetscope_transactions_total{harm="resetscope_no"}[5m])) / on () leg:resetscope_ratio:rate5m',
    exported: ['resetscope_transactions_total'],
    recorded: ['leg:resetscope_ratio:rate5m'],
  },
  {
    expr: 'histogram_quantile(0.5, resetscope_ring_flush_seconds_bucket) + process_cpu_seconds_total',
    exported: ['resetscope_ring_flush_seconds', 'process_cpu_seconds_total'],
    recorded: [],
  },
  {
    expr: '{__name__=~"resetscope_(resets|unlogged)_total"} or {__name__=~"resetscope_ready|resetscope_tail_redis_up"}',
    exported: ['resetscope_resets_total', 'resetscope_unlogged_total', 'resetscope_ready', 'resetscope_tail_redis_up'],
    recorded: [],
  },
  { expr: 'max by (resetscope_url) (ALERTS) * on () group_left (resetscope_runbooks) up', exported: [], recorded: [] },
])('names in $expr', ({ expr, ...names }) => {
  expect(promqlNames(expr)).toEqual(names);
});
