import { describe, expect, test } from '@jest/globals';
import type { FollowedLine } from '@resetscope/follow';
import { parseResetJob } from '@resetscope/jobs';
import { classify, isInfoLine } from './classify.ts';

const STAMP = '2026/11/22 06:35:12';
const HTTP = 'client: 10.0.0.1, server: , request: "GET / HTTP/1.1", host: "a"';

function line(text: string): FollowedLine {
  const bytes = Buffer.from(text, 'latin1');
  return { file: '/e.log', fileId: '1:2:3', offset: 10, nextOffset: 11 + bytes.length, bytes, readAtUs: 5, cut: 0 };
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
  ])('makes a job of a line of the family: $kind', ({ text, kind }) => {
    const classified = classify(line(text), 'web-1');
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
    { name: 'nothing', text: '', kind: 'continuation' },
    {
      name: 'a stamp that is none',
      text: `9999/99/99 06:35:12 [error] 7#7: *1 recv() failed (104: Connection reset by peer)`,
      kind: 'not-a-log-line',
    },
  ])('makes none of $name', ({ text, kind }) => {
    expect(classify(line(text), 'web-1')).toEqual({ kind });
  });
});

test.each([
  { text: `${STAMP} [info] 7#7: *1 client closed connection`, expected: true },
  { text: `${STAMP} [error] 7#7: *1 [info]`, expected: false },
  { text: '', expected: false },
])('isInfoLine: $text', ({ text, expected }) => {
  expect(isInfoLine(Buffer.from(text))).toBe(expected);
});
