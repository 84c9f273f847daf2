import { describe, expect, test } from '@jest/globals';
import { SerialLog } from './serial-log.ts';

const SECOND = 1_000_000;

function logOf(...lines: readonly (readonly [pid: number, serial: number, second: number])[]): SerialLog {
  const log = new SerialLog();
  for (const [pid, serial, second] of lines) log.note(pid, serial, second * SECOND);
  return log;
}

describe('SerialLog', () => {
  test('the first line with the number, or a later one, bounds the accept', () => {
    const log = logOf([7, 3, 10], [7, 9, 12], [7, 4, 13], [7, 20, 30]);
    expect([1, 3, 4, 9, 10, 20].map((n) => log.acceptedByUs(7, n))).toEqual(
      [10, 10, 12, 12, 30, 30].map((second) => second * SECOND),
    );
  });

  test('nothing is known of numbers that no line has reached, nor of other processes', () => {
    const log = logOf([7, 3, 10]);
    expect(log.acceptedByUs(7, 4)).toBeNull();
    expect(log.acceptedByUs(8, 1)).toBeNull();
  });

  test('several numbers of one second count as its highest', () => {
    expect(logOf([7, 3, 10], [7, 5, 10]).acceptedByUs(7, 5)).toBe(10 * SECOND);
  });
});
