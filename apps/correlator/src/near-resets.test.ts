import { describe, expect, test } from '@jest/globals';
import type { ResetRecord } from '@resetscope/ring';
import { TcpFlag } from '@resetscope/wire';
import { isRefusal, upstreamsOf } from './candidate-keys.ts';
import { NearResets } from './near-resets.ts';
import { lineAt } from './testing/lines.ts';
import type { LineParts } from './testing/shop.ts';
import { START_US } from './testing/shop.ts';

const UPSTREAM: LineParts = {
  level: 'error',
  action: 'reading response header from upstream',
  upstream: 'http://10.0.1.3:8080',
};

const reset = (atUs: number, src: string, dst: string, more: Partial<ResetRecord> = {}): ResetRecord => {
  const [from, to] = [src.split(':'), dst.split(':')];
  return {
    tsUs: START_US + atUs,
    src: from[0]!,
    srcPort: Number(from[1]),
    dst: to[0]!,
    dstPort: Number(to[1]),
    flags: TcpFlag.RST | TcpFlag.ACK,
    seq: 1,
    ack: 1,
    ...more,
  };
};
const byClient = (atUs: number, port: number, more: Partial<ResetRecord> = {}): ResetRecord =>
  reset(atUs, `10.0.0.1:${port}`, '10.0.0.2:80', more);

/** The ports that tell the connections apart. */
function ports(parts: LineParts, resets: readonly ResetRecord[], max = 10, atUs = 1_000_000): readonly number[] {
  const line = lineAt(atUs, parts);
  return new NearResets(resets, upstreamsOf([line]))
    .keysFor(line, max)
    .map(({ portA, portB }) => (portA > 9999 ? portA : portB));
}

describe('NearResets', () => {
  test('the resets before the line, nearest first', () => {
    expect(ports({}, [byClient(0, 10_001), byClient(500_000, 10_002), byClient(990_000, 10_003)])).toEqual([
      10_003, 10_002, 10_001,
    ]);
  });

  test('not those after it, apart from jitter, nor those too long before', () => {
    const resets = [
      byClient(-5_100_000, 10_001),
      byClient(-4_900_000, 10_002),
      byClient(1_009_000, 10_003),
      byClient(1_020_000, 10_004),
    ];
    expect(ports({}, resets)).toEqual([10_003, 10_002]);
  });

  test('a line read late: around its second', () => {
    const resets = [
      byClient(-6_100_000, 10_001),
      byClient(-100_000, 10_002),
      byClient(900_000, 10_003),
      byClient(1_500_000, 10_004),
      byClient(7_100_000, 10_005),
    ];
    expect(ports({}, resets, 10, 60_000_000)).toEqual([10_003, 10_004, 10_002]);
  });

  test('a storm of resets on one connection is one connection', () => {
    const storm = Array.from({ length: 500 }, (_, i) => byClient(900_000 + i, 10_009));
    expect(ports({}, [byClient(0, 10_001), ...storm], 2)).toEqual([10_009, 10_001]);
  });

  test('no more than asked for', () => {
    const many = Array.from({ length: 5000 }, (_, i) => byClient(i * 100, 10_000 + i));
    expect(ports({}, many, 3)).toEqual([14_999, 14_998, 14_997]);
  });

  test('a client leg: of the client, by either side, not of the upstream', () => {
    const resets = [
      byClient(1, 10_001),
      reset(2, '10.0.0.2:80', '10.0.0.1:10002'),
      reset(3, '10.0.0.9:10003', '10.0.0.2:80'),
      reset(4, '10.0.1.3:8080', '10.0.0.1:10004'),
    ];
    expect(ports({ upstream: 'http://10.0.1.3:8080' }, resets)).toEqual([10_002, 10_001]);
  });

  test('a client on no packet: any but those of the upstream', () => {
    const resets = [
      byClient(1, 10_001),
      reset(2, '10.0.0.9:10002', '10.0.0.2:80'),
      reset(3, '10.0.1.3:8080', '10.0.0.2:10003'),
    ];
    expect(ports({ client: '203.0.113.7', upstream: 'http://10.0.1.3:8080' }, resets)).toEqual([10_002, 10_001]);
  });

  test('an upstream leg: address and port of the upstream', () => {
    const resets = [
      reset(1, '10.0.1.3:8080', '10.0.0.2:10001'),
      reset(2, '10.0.1.3:8081', '10.0.0.2:10002'),
      byClient(3, 10_003),
    ];
    expect(ports(UPSTREAM, resets)).toEqual([10_001]);
  });

  test('refusals are for lines about connect() only', () => {
    const resets = [
      reset(1, '10.0.1.3:8080', '10.0.0.2:10001'),
      reset(2, '10.0.1.3:8080', '10.0.0.2:10002', { seq: 0 }),
    ];
    expect(resets.map(isRefusal)).toEqual([false, true]);
    expect(ports(UPSTREAM, resets)).toEqual([10_001]);
    const refused: LineParts = {
      ...UPSTREAM,
      message: 'connect() failed (111: Connection refused)',
      action: 'connecting to upstream',
    };
    expect(ports(refused, resets)).toEqual([10_002, 10_001]);
  });

  test('a line about no connection wants none', () => {
    expect(ports({ level: 'error', action: 'sending to client' }, [byClient(1, 10_001)])).toEqual([]);
  });
});

test('of a busy reader the oldest and the latest resets since it last looked come first, then those before', () => {
  const resets = [10_001, 10_002, 10_003, 10_004, 10_005].map((port, i) => byClient(i * 100_000, port));
  const line = { ...lineAt(1_000_000), unwrittenAtUs: START_US + 150_000 };
  const keys = new NearResets(resets, new Set()).keysFor(line, 10);
  expect(keys.map(({ portA }) => portA)).toEqual([10_003, 10_005, 10_004, 10_002, 10_001]);
});
