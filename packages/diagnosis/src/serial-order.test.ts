import { describe, expect, test } from '@jest/globals';
import type { TcpStream } from '@resetscope/flow';
import { SerialOrder } from './serial-order.ts';
import { lineOf } from './testing/log-text.ts';
import { START_US, StreamBuilder } from './testing/stream-builder.ts';

const startedAt = (second: number): TcpStream =>
  new StreamBuilder({ startUs: START_US + second * 1_000_000 }).open().rst('originator').build();
const line = (connectionNumber: number, pid = 7): ReturnType<typeof lineOf> => lineOf({ connectionNumber, pid });

describe('SerialOrder', () => {
  const order = new SerialOrder();
  order.note(line(10), startedAt(10));
  order.note(line(20), startedAt(20));

  test.each([
    ['between its neighbours', 15, 15, 0.3],
    ['before them', 5, 5, 0.3],
    ['begun before a lower number', 15, 5, -0.3],
    ['begun after a higher number', 15, 25, -0.3],
    ['accepted a little late', 15, 9.5, 0.3],
  ])('%s', (_title, serial, second, weight) => {
    expect(order.partOf(line(serial), startedAt(second))?.weight).toBe(weight);
  });

  test('says nothing about another process, an upstream or a connection without its SYN', () => {
    expect(order.partOf(line(15, 8), startedAt(5))).toBeNull();
    const upstream = lineOf({ level: 'error', connectionNumber: 15, upstream: 'http://10.0.0.2:80/a' });
    expect(order.partOf(upstream, startedAt(5))).toBeNull();
    const middle = new StreamBuilder({ startUs: START_US }).send('originator', 'x').rst('originator').build();
    expect(order.partOf(line(15), middle)).toBeNull();
  });
});
