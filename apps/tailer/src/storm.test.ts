import { Buffer } from 'node:buffer';
import { describe, expect, test } from '@jest/globals';
import { createResetJob } from '@resetscope/jobs';
import fc from 'fast-check';
import type { PendingJob } from './classify.ts';
import { Storm } from './storm.ts';

function pending(offset: number, second: number, likeness = 'alike'): PendingJob {
  const bytes = Buffer.from(`2026/11/22 06:35:${String(second).padStart(2, '0')} [error] line at ${offset}`);
  const line = {
    node: 'n',
    file: '/e',
    fileId: '1:2:3',
    offset,
    bytes,
    readAtUs: 1,
    unwrittenAtUs: null,
    kind: 'reset-recv',
  };
  return { kind: 'job', lineKind: 'reset-recv', job: createResetJob(line), likeness, doubts: [], accessKeys: [] };
}

const offsets = (jobs: readonly PendingJob[]): readonly number[] => jobs.map(({ job }) => job.offset);
const groups = (jobs: readonly PendingJob[]): readonly unknown[] =>
  jobs.map(({ job }) => [job.offset, job.grouped ?? 0]);

describe('Storm', () => {
  test('lets the first lines of a second be jobs and groups the rest by likeness', () => {
    const storm = new Storm(2);
    const lines = [pending(0, 1), pending(1, 1, 'b'), pending(2, 1), pending(3, 1, 'b'), pending(4, 1), pending(5, 1)];
    expect(offsets(storm.pass(lines))).toEqual([0, 1]);
    expect(storm.isGrouping).toBe(true);
    expect(groups(storm.take())).toEqual([
      [2, 2],
      [3, 0],
    ]);
    expect(storm.isGrouping).toBe(false);
    expect(storm.take()).toEqual([]);
  });

  test('a second is the one nginx stamped, over batches, and workers may take turns where it ends', () => {
    const storm = new Storm(1);
    expect(offsets(storm.pass([pending(0, 1), pending(1, 2)]))).toEqual([0, 1]);
    expect(offsets(storm.pass([pending(2, 1), pending(3, 2), pending(4, 3)]))).toEqual([4]);
  });

  test('without a limit every line is a job', () => {
    const storm = new Storm(Number.POSITIVE_INFINITY);
    expect(storm.pass([pending(0, 1), pending(1, 1)])).toHaveLength(2);
    expect(storm.isGrouping).toBe(false);
  });

  test('too many likenesses become one for each kind: what waits is bounded', () => {
    const storm = new Storm(1);
    storm.pass(Array.from({ length: 1001 }, (_, offset) => pending(offset, 1, `peer ${offset}`)));
    const jobs = storm.take();
    expect(jobs).toHaveLength(65);
    expect(jobs.reduce((sum, { job }) => sum + 1 + (job.grouped ?? 0), 0)).toBe(1000);
  });

  test('no line is lost or counted twice, however they come', () => {
    const line = fc.record({ second: fc.nat(20), likeness: fc.constantFrom('a', 'b', 'c') });
    fc.assert(
      fc.property(fc.array(fc.array(line)), fc.integer({ min: 1, max: 5 }), (batches, limit) => {
        const storm = new Storm(limit);
        let offset = 0;
        let counted = 0;
        for (const batch of batches) {
          const jobs = batch.map(({ second, likeness }) => pending(offset++, second, likeness));
          counted += storm.pass(jobs).length;
          if (batch.length % 2 === 0) counted += countOf(storm.take());
        }
        expect(counted + countOf(storm.take())).toBe(offset);
      }),
    );
  });
});

function countOf(jobs: readonly PendingJob[]): number {
  return jobs.reduce((sum, { job }) => sum + 1 + (job.grouped ?? 0), 0);
}
