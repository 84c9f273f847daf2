import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  createResetJob,
  groupResetJobs,
  MAX_RAW_LEN,
  parseResetJob,
  type ReadLine,
  rawBytes,
  resetJobId,
} from './reset-job.ts';

const line: ReadLine = {
  node: 'web-1',
  file: '/var/log/nginx/error.log',
  fileId: '2049:1234:0123456789abcdef0123456789abcdef',
  offset: 4711,
  bytes: new TextEncoder().encode('2026/11/22 06:35:12 [error] 7#7: *1 recv() failed (104: Connection reset by peer)'),
  readAtUs: 1_795_329_312_728_401,
  unwrittenAtUs: null,
  kind: 'reset-recv',
};
const job = createResetJob(line);

describe('the id', () => {
  test('is 32 hex digits of a hash that never changes', () => {
    expect(resetJobId({ node: 'web-1', fileId: '1:2:ab', offset: 0 })).toBe('53a55ff10c468ea9f19934a9327953f2');
  });

  test.each([
    { name: 'node', place: { node: 'web-2' } },
    { name: 'file', place: { fileId: '2049:1235:0123456789abcdef0123456789abcdef' } },
    { name: 'offset', place: { offset: 4712 } },
  ])('differs by $name', ({ place }) => {
    expect(resetJobId({ ...line, ...place })).not.toBe(job.id);
  });

  test('does not depend on when the line was read or what it says', () => {
    expect(createResetJob({ ...line, readAtUs: 1, kind: 'other', bytes: new Uint8Array(0) }).id).toBe(job.id);
  });
});

describe('the line', () => {
  test('comes out byte for byte, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: MAX_RAW_LEN }), (bytes) => {
        const through = JSON.parse(JSON.stringify(createResetJob({ ...line, bytes })));
        const parsed = parseResetJob(through);
        expect(parsed.kind === 'job' && [...rawBytes(parsed.job)]).toEqual([...bytes]);
      }),
    );
  });

  test('is cut to the limit', () => {
    expect(createResetJob({ ...line, bytes: new Uint8Array(100_000).fill(65) }).raw).toBe('A'.repeat(MAX_RAW_LEN));
  });

  test('may be a view into a larger buffer', () => {
    const whole = new TextEncoder().encode('before THE LINE after');
    expect(createResetJob({ ...line, bytes: whole.subarray(7, 15) }).raw).toBe('THE LINE');
  });
});

describe('the version', () => {
  test.each([
    { name: 'a line', made: job, v: 1 },
    { name: 'a line with a time zone', made: createResetJob({ ...line, timezone: 'Asia/Shanghai' }), v: 2 },
    { name: 'a group', made: groupResetJobs(job, 41), v: 2 },
    { name: 'a group of none', made: groupResetJobs(job, 0), v: 1 },
    { name: 'a line that is known to be new', made: createResetJob({ ...line, unwrittenAtUs: 1 }), v: 3 },
    { name: 'a group of such', made: groupResetJobs(createResetJob({ ...line, unwrittenAtUs: 1 }), 41), v: 3 },
  ])('is the lowest that can say $name', ({ made, v }) => {
    expect(made.v).toBe(v);
    expect(parseResetJob(made)).toEqual({ kind: 'job', job: made });
  });

  test('grouping keeps the id and adds up', () => {
    expect(groupResetJobs(groupResetJobs(job, 41), 1)).toEqual({ ...job, v: 2, grouped: 42 });
  });
});

describe('parseResetJob', () => {
  test.each([
    {
      name: 'a newer version',
      payload: { ...job, v: 4, more: true },
      kind: 'unknown-version',
      reason: /version 4, this program reads versions 1, 2, 3; run/,
    },
    { name: 'a hostile version', payload: { v: 'x'.repeat(9999) }, kind: 'unknown-version', reason: /^.{1,200}$/ },
    { name: 'no version', payload: { id: job.id }, kind: 'invalid', reason: /invalid at v/ },
    {
      name: 'a field of the wrong type',
      payload: { ...job, offset: '4711' },
      kind: 'invalid',
      reason: /invalid at offset/,
    },
    { name: 'a negative offset', payload: { ...job, offset: -1 }, kind: 'invalid', reason: /invalid at offset/ },
    {
      name: 'a line beyond the limit',
      payload: { ...job, raw: 'x'.repeat(MAX_RAW_LEN + 1) },
      kind: 'invalid',
      reason: /invalid at raw/,
    },
    { name: 'an id that is no hash', payload: { ...job, id: '../../etc' }, kind: 'invalid', reason: /invalid at id/ },
    { name: 'an unknown field', payload: { ...job, extra: 1 }, kind: 'invalid', reason: /invalid at top/ },
    {
      name: 'a field of version 2 in version 1',
      payload: { ...job, grouped: 3 },
      kind: 'invalid',
      reason: /invalid at top/,
    },
    { name: 'a group of none', payload: { ...job, v: 2, grouped: 0 }, kind: 'invalid', reason: /invalid at grouped/ },
    {
      name: 'a zone too long',
      payload: { ...job, v: 2, timezone: 'x'.repeat(65) },
      kind: 'invalid',
      reason: /timezone/,
    },
    { name: 'null', payload: null, kind: 'invalid', reason: /invalid at top/ },
    { name: 'a text', payload: 'job', kind: 'invalid', reason: /invalid at top/ },
  ])('refuses $name', ({ payload, kind, reason }) => {
    const parsed = parseResetJob(payload);
    expect(parsed).toMatchObject({ kind, reason: expect.stringMatching(reason) });
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.anything(), (payload) => {
        expect(['job', 'unknown-version', 'invalid']).toContain(parseResetJob(payload).kind);
      }),
    );
  });
});
