import { expect, test } from '@jest/globals';
import { isResetFamily, lineKind, parseErrorLogLine } from './index.ts';

const CONTEXT =
  ' while reading upstream, client: 10.0.0.1, server: x, request: "GET / HTTP/1.1", upstream: "http://10.0.0.2:80/"';

test.each([
  {
    message: 'kevent() reported about an closed connection (54: Connection reset by peer)',
    kind: 'reset-recv',
    errno: 104,
  },
  { message: 'kevent() reported that connect() failed (61: Connection refused)', kind: 'connect-failed', errno: 111 },
  { message: 'connect() failed (65: No route to host)', kind: 'connect-failed', errno: 113 },
  { message: 'writev() failed (32: Broken pipe)', kind: 'reset-writev', errno: 32 },
  { message: 'recv() failed (110: Operation timed out)', kind: 'reset-recv', errno: 110 },
])('$message', ({ message, kind, errno }) => {
  const parsed = parseErrorLogLine(
    Uint8Array.from(`2026/11/22 07:59:09 [error] 1#1: *7 ${message}${CONTEXT}`, (c) => c.charCodeAt(0)),
  );
  if (parsed.kind !== 'entry') throw new Error(parsed.kind);
  expect([lineKind(parsed.entry), parsed.entry.errno, isResetFamily(parsed.entry)]).toEqual([kind, errno, true]);
});

test('a Linux number with another text stays', () => {
  const parsed = parseErrorLogLine(
    Uint8Array.from('2026/11/22 07:59:09 [error] 1#1: *7 x (61: No data available)', (c) => c.charCodeAt(0)),
  );
  expect(parsed).toMatchObject({ entry: { errno: 61 } });
});
