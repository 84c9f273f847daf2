import { describe, expect, test } from '@jest/globals';
import { type ErrorLogEntry, parseErrorLogLine } from '@resetscope/nginx-log';
import { type Notice, noticedBefore, noticedNear, noticeKind } from './notice.ts';

function entryOf(text: string): ErrorLogEntry {
  const parsed = parseErrorLogLine(Uint8Array.from(`2026/11/22 06:35:12 ${text}`, (c) => c.charCodeAt(0)));
  if (parsed.kind !== 'entry') throw new Error(`not a log entry: ${text}`);
  return parsed.entry;
}

describe('noticeKind', () => {
  test.each([
    ['[alert] 7#7: worker process 8 exited on signal 9', 'worker-killed'],
    ['[alert] 7#7: worker process 8 exited on signal 11 (core dumped)', 'worker-killed'],
    ['[notice] 7#7: worker process 8 exited with code 0', null],
    ['[notice] 8#8: gracefully shutting down', 'worker-draining'],
    ['[notice] 8#8: exiting', 'worker-gone'],
    ['[notice] 7#7: signal 15 (SIGTERM) received from 1, exiting', 'terminating'],
    ['[info] 8#8: *3 exiting', null],
  ])('%s', (text, kind) => {
    expect(noticeKind(entryOf(text))).toBe(kind);
  });
});

describe('the time of a notice', () => {
  const notices: readonly Notice[] = [{ kind: 'worker-gone', stampUs: 10_000_000 }];

  test.each([
    [9_600_000, false],
    [9_800_000, true],
    [10_999_999, true],
    [11_400_000, false],
  ])('an event at %d us is near: %s', (atUs, near) => {
    expect(noticedNear(notices, 'worker-gone', atUs)).toBe(near);
  });

  test('before, and of the same kind', () => {
    expect(noticedBefore(notices, 'worker-gone', 99_000_000)).toBe(true);
    expect(noticedBefore(notices, 'worker-gone', 9_000_000)).toBe(false);
    expect(noticedBefore(notices, 'worker-draining', 99_000_000)).toBe(false);
  });
});
