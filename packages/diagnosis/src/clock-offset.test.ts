import { describe, expect, test } from '@jest/globals';
import type { TcpStream } from '@resetscope/flow';
import { estimateClockOffset } from './clock-offset.ts';
import type { LogLine } from './log-line.ts';
import { StreamIndex } from './stream-index.ts';
import { lineOf } from './testing/log-text.ts';
import { START_US, StreamBuilder } from './testing/stream-builder.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';

function reset(index: number, target: string, atUs: number): TcpStream {
  const request = `GET ${target} HTTP/1.1\r\nHost: shop.test\r\n\r\n`;
  const builder = new StreamBuilder({ index, clientPort: 40_000 + index, startUs: START_US + atUs });
  return builder.open().exchange(request, OK).rst('originator').build();
}

const line = (target: string, at = '06:35:12'): LogLine => lineOf({ at, request: `GET ${target} HTTP/1.1` });

function estimate(lines: readonly LogLine[], streams: readonly TcpStream[]): number {
  return estimateClockOffset(lines, new StreamIndex(streams, lines));
}

/** Lines at :12, :17 and :22; their resets 0.2, 0.5 and 0.8 s later by a clock that is off. */
const LINES = [line('/a'), line('/b', '06:35:17'), line('/c', '06:35:22')];
const resetsOff = (offUs: number): readonly TcpStream[] => [
  reset(0, '/a', offUs + 200_000),
  reset(1, '/b', offUs + 5_500_000),
  reset(2, '/c', offUs + 10_800_000),
];

describe('estimateClockOffset', () => {
  test.each([37, -37, 8.25, 900, 3600, -28_800, 20_700])('%d seconds', (seconds) => {
    const estimated = estimate(LINES, resetsOff(seconds * 1_000_000));
    expect(Math.abs(estimated - seconds * 1_000_000)).toBeLessThan(600_000);
  });

  test.each([0, 0.3, -1.2, 1.4])('%d seconds are no offset', (seconds) => {
    expect(estimate(LINES, resetsOff(seconds * 1_000_000))).toBe(0);
  });

  test('nothing to compare with is no offset', () => {
    expect(estimate(LINES, [])).toBe(0);
    expect(estimate([], resetsOff(0))).toBe(0);
  });

  test('one pair far apart proves nothing', () => {
    expect(estimate([line('/a')], [reset(0, '/a', 37_000_000)])).toBe(0);
    expect(estimate([line('/a')], [reset(0, '/a', 37_000_000), reset(1, '/a', 37_400_000)])).toBe(0);
  });

  test('one pair whole quarter hours apart is a time zone', () => {
    const estimated = estimate([line('/a')], [reset(0, '/a', 28_800_000_000 + 400_000)]);
    expect(Math.abs(estimated - 28_800_000_000)).toBeLessThan(600_000);
  });

  test('a request that comes every ten seconds does not move the clock by ten', () => {
    const lines = ['12', '22', '32', '42'].map((second) => line('/poll', `06:35:${second}`));
    const streams = [1, 2, 3, 4, 5].map((n) => reset(n, '/poll', n * 10_000_000 + 300_000));
    expect(estimate(lines, streams)).toBe(0);
  });

  test('lines that the capture explains as it is outweigh others', () => {
    const streams = [...resetsOff(0), reset(3, '/d', 100_300_000), reset(4, '/e', 100_600_000)];
    expect(estimate([...LINES, line('/d'), line('/e')], streams)).toBe(0);
  });
});
