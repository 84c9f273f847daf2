import { expect, test } from '@jest/globals';
import { PollPace } from './poll-pace.ts';

test('slow where notifications are believed and nothing else is waited for', () => {
  const pace = new PollPace();
  expect(pace.pollMs(true)).toBe(2000);
  expect(pace.pollMs(false)).toBe(250);
});

test('quick once the poll found what no notification told of, until one comes', () => {
  const pace = new PollPace();
  pace.woke('timed-out', false);
  expect(pace.pollMs(true)).toBe(2000);
  pace.woke('timed-out', true);
  expect(pace.pollMs(true)).toBe(250);
  pace.woke('timed-out', false);
  expect(pace.pollMs(true)).toBe(250);
  pace.woke('notified', true);
  expect(pace.pollMs(true)).toBe(2000);
});
