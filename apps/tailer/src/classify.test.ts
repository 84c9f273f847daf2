import { describe, expect, test } from '@jest/globals';
import { parseResetJob } from '@resetscope/jobs';
import type { SourceLine } from '@resetscope/log-source';
import { FAMILY_KINDS } from '@resetscope/nginx-log';
import { classify } from './classify.ts';

const STAMP = '2026/11/22 06:35:12';
const HTTP = 'client: 10.0.0.1, server: , request: "GET / HTTP/1.1", host: "a"';

const ALL = new Set(FAMILY_KINDS);
const ORIGIN = { node: 'web-1', timezone: undefined };

function line(text: string): SourceLine {
  const bytes = Buffer.from(text, 'latin1');
  return { file: '/e.log', fileId: '1:2:3', offset: 10, bytes, readAtUs: 5, unwrittenAtUs: null, cut: 0 };
}

describe('classify', () => {
  test.each([
    {
      text: `${STAMP} [error] 7#7: *1 recv() failed (104: Connection reset by peer) while reading response header from upstream, ${HTTP}`,
      kind: 'reset-recv',
    },
    {
      text: `${STAMP} [info] 7#7: *1 epoll_wait() reported that client prematurely closed connection, so upstream connection is closed too (104: Connection reset by peer) while sending request to upstream, ${HTTP}`,
      kind: 'client-aborted',
    },
    {
      text: `${STAMP} [info] 7#7: *2 client 10.0.0.1 closed keepalive connection (104: Connection reset by peer)`,
      kind: 'client-closed-keepalive',
    },
    {
      text: `${STAMP} [error] 7#7: *1 connect() failed (111: Connection refused) while connecting to upstream, ${HTTP}`,
      kind: 'connect-failed',
    },
    {
      text: `${STAMP} [error] 7#7: *1 upstream timed out (110: Connection timed out) while reading response header from upstream, ${HTTP}`,
      kind: 'upstream-timed-out',
    },
  ])('makes a job of a line of the family: $kind', ({ text, kind }) => {
    const classified = classify(line(text), ORIGIN, ALL);
    expect(classified).toMatchObject({ kind: 'job', lineKind: kind });
    if (classified.kind !== 'job') return;
    expect(classified.job).toMatchObject({ node: 'web-1', file: '/e.log', offset: 10, raw: text, readAtUs: 5, kind });
    expect(parseResetJob(classified.job).kind).toBe('job');
  });

  test.each([
    {
      name: 'another error',
      text: `${STAMP} [error] 7#7: *1 open() "/x" failed (2: No such file or directory), ${HTTP}`,
      kind: 'other',
    },
    {
      name: 'an ordinary close',
      text: `${STAMP} [info] 7#7: *2 client 10.0.0.1 closed keepalive connection`,
      kind: 'other',
    },
    { name: 'a notice', text: `${STAMP} [notice] 7#7: signal process started`, kind: 'other' },
    { name: 'the rest of a message', text: 'recv() failed (104: Connection reset by peer)', kind: 'continuation' },
    { name: 'nothing', text: '', kind: 'not-a-log-line' },
    {
      name: 'a stamp that is none',
      text: `9999/99/99 06:35:12 [error] 7#7: *1 recv() failed (104: Connection reset by peer)`,
      kind: 'not-a-log-line',
    },
  ])('makes none of $name', ({ text, kind }) => {
    expect(classify(line(text), ORIGIN, ALL)).toEqual({ kind });
  });
});

test('makes none of a kind that is left out', () => {
  const text = `${STAMP} ${RECV}, ${HTTP}`;
  const kinds = new Set(FAMILY_KINDS.filter((kind) => kind !== 'reset-recv'));
  expect(classify(line(text), ORIGIN, kinds)).toEqual({ kind: 'left-out', lineKind: 'reset-recv' });
});

const RECV = `[error] 7#7: *1 recv() failed (104: Connection reset by peer) while reading response header from upstream`;
const BASE = `${STAMP} ${RECV}, ${HTTP.replace('host', 'upstream: "http://10.0.0.2:80/x", host')}`;

describe('likeness', () => {
  const likeness = (text: string): string | null => {
    const classified = classify(line(text), ORIGIN, ALL);
    return classified.kind === 'job' ? classified.likeness : null;
  };

  test.each([
    { name: 'another client', text: BASE.replace('10.0.0.1', '10.9.9.9'), isAlike: true },
    { name: 'another connection and second', text: BASE.replace('*1', '*99').replace(':12', ':13'), isAlike: true },
    { name: 'another path', text: BASE.replace('GET /', 'GET /other').replace('80/x', '80/y'), isAlike: true },
    { name: 'another upstream', text: BASE.replace('10.0.0.2', '10.0.0.3'), isAlike: false },
    { name: 'another port of it', text: BASE.replace(':80/', ':81/'), isAlike: false },
    { name: 'another errno', text: BASE.replace('104: Connection reset by peer', '110: Timed out'), isAlike: false },
    { name: 'another call', text: BASE.replace('recv()', 'readv()'), isAlike: false },
    { name: 'another phrase', text: BASE.replace('reading response header', 'reading upstream'), isAlike: false },
    { name: 'another server', text: BASE.replace('server: ', 'server: b'), isAlike: false },
  ])('$name: $isAlike', ({ text, isAlike }) => {
    expect(likeness(text)).not.toBeNull();
    expect(likeness(text) === likeness(BASE)).toBe(isAlike);
  });
});

test('the time zone of the log is in the job, and the doubts beside it', () => {
  const forged = `${STAMP} [error] 7#7: *1 recv() failed (104: Connection reset by peer) while waiting for request, ${HTTP}`;
  expect(classify(line(forged), { node: 'n', timezone: 'Asia/Shanghai' }, ALL)).toMatchObject({
    job: { v: 2, timezone: 'Asia/Shanghai' },
    doubts: expect.arrayContaining(['error-level-before-request']),
  });
});
