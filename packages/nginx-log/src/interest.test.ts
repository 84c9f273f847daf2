import { expect, test } from '@jest/globals';
import { mayBeOfInterest } from './interest.ts';

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const HEAD = '2026/11/22 07:59:09 [info] 31122#31122: *7 ';

test.each([
  { name: 'a reset', line: `${HEAD}recv() failed (104: Connection reset by peer)`, expected: true },
  { name: 'a reset after a hole', line: `\0\0${HEAD}recv() failed (104: Connection reset by peer)`, expected: true },
  {
    name: 'the widest head',
    line: '2026/11/22 07:59:09 [notice] 4294967295#4294967295: *18446744073709551615 readv() failed',
    expected: true,
  },
  { name: 'a timeout', line: `${HEAD}upstream timed out (110: Connection timed out)`, expected: true },
  {
    name: 'a keepalive close with an errno',
    line: `${HEAD}client fd77::1 closed keepalive connection (104: x)\n`,
    expected: true,
  },
  { name: 'a keepalive close', line: `${HEAD}client 10.0.0.1 closed keepalive connection`, expected: false },
  { name: 'a stream session', line: `${HEAD}client 10.0.0.1:4711 connected to 0.0.0.0:7000`, expected: false },
  { name: 'a message that quotes one', line: `${HEAD}open() "recv() failed (104: x)" failed (2: y)`, expected: false },
  { name: 'a cut line', line: HEAD.slice(0, 30), expected: false },
  { name: 'no stamp', line: 'recv() failed (104: Connection reset by peer)', expected: false },
  { name: 'nothing', line: '', expected: false },
])('$name: $expected', ({ line, expected }) => {
  expect(mayBeOfInterest(latin1(line))).toBe(expected);
});
