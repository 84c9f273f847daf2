import { expect, test } from '@jest/globals';
import { isRefusal, parseHeld, RingHeldError } from './ring-refused-error.ts';

function reply(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError' });
}

test.each([
  'LOADING Redis is loading the dataset in memory',
  "OOM command not allowed when used memory > 'maxmemory'.",
  "ERR Error running script (call to f_1): @user_script:12: -OOM command not allowed when used memory > 'maxmemory'.",
  "READONLY You can't write against a read only replica.",
  'MISCONF Redis is configured to save RDB snapshots, but it is currently not able to persist on disk.',
  'NOPERM this user has no permissions to run the eval command',
  'ERR max number of clients reached',
])('%s: passes', (message) => {
  expect(isRefusal(reply(message))).toBe(false);
});

test.each(['WRONGTYPE expected a hash', 'BLOCKTOOLARGE expected', 'RINGHELD a 1 {}', 'ERR unknown command'])(
  '%s: stays',
  (message) => {
    expect(isRefusal(reply(message))).toBe(true);
  },
);

test('a lost connection is no refusal', () => {
  expect(isRefusal(new Error('Connection is closed.'))).toBe(false);
});

test('names the capture that holds the ring', () => {
  const held = parseHeld('RINGHELD ab12 7 {"host":"web-1","pid":42,"sinceUs":1795000000000000}');
  expect(held).toMatchObject({ writer: 'ab12', sequence: 7, holder: { host: 'web-1', pid: 42 } });
  expect(new RingHeldError('shop', held!, null).message).toBe(
    'ring of shop: expected no other capture of this node, got process 42 on web-1 since 2026-11-18T11:06:40.000Z',
  );
});

test.each(['RINGHELD ab12 7', 'RINGHELD ab12 7 {}', 'WRONGTYPE'])('%j names none', (message) => {
  expect(parseHeld(message)).toBeNull();
});
