import { describe, expect, test } from '@jest/globals';
import type { ResetRecord } from '@resetscope/ring';
import { TcpFlag } from '@resetscope/wire';
import { fairShare, type ResetConnection, sortResets } from './unlogged-candidates.ts';
import { Sides } from './unlogged-sides.ts';

const SIDES = new Sides({ listeners: new Set(['10.0.0.2 80']), upstreams: new Set(), addresses: new Set() }, []);

function reset(tsUs: number, parts: Partial<ResetRecord> = {}): ResetRecord {
  const ends = { src: '10.0.0.1', srcPort: 40_000, dst: '10.0.0.2', dstPort: 80 };
  return { tsUs, ...ends, flags: TcpFlag.RST | TcpFlag.ACK, seq: 7, ack: 9, ...parts };
}

describe('sortResets', () => {
  test('a connection once, with its first reset, whoever sent it', () => {
    const back = { src: '10.0.0.2', srcPort: 80, dst: '10.0.0.1', dstPort: 40_000 };
    const { connections } = sortResets([reset(1), reset(2, back), reset(3, { srcPort: 40_001 })], SIDES);
    expect(connections.map(({ firstResetUs, peer }) => [firstResetUs, peer])).toEqual([
      [1, '10.0.0.1'],
      [3, '10.0.0.1'],
    ]);
  });

  test('closed ports and strangers are only counted, each connection once', () => {
    const refusal = { src: '10.0.0.2', srcPort: 81, dst: '10.9.9.9', dstPort: 1000, seq: 0 };
    const elsewhere = { dst: '10.0.0.7', dstPort: 25 };
    const sorted = sortResets([reset(1, refusal), reset(2, refusal), reset(3, elsewhere), reset(4, elsewhere)], SIDES);
    expect(sorted).toEqual({ connections: [], refused: 1, strangers: 1 });
  });
});

describe('fairShare', () => {
  const of = (peer: string, count: number): readonly ResetConnection[] =>
    Array.from({ length: count }, (_, i) => ({
      ...{ addressA: peer, portA: i, addressB: '10.0.0.2', portB: 80 },
      firstResetUs: i,
      peer,
      responder: '10.0.0.2 80',
    }));

  test('all of them when there is room', () => {
    expect(fairShare([...of('a', 3), ...of('b', 2)], 5)).toHaveLength(5);
  });

  test('one of each peer in turn when there is none', () => {
    const shared = fairShare([...of('flood', 1000), ...of('b', 2), ...of('c', 1)], 6);
    expect(shared.map(({ peer, portA }) => `${peer} ${portA}`)).toEqual([
      'flood 0',
      'b 0',
      'c 0',
      'flood 1',
      'b 1',
      'flood 2',
    ]);
  });

  test('as many peers as there are ports', () => {
    const many = Array.from({ length: 200_000 }, (_, i) => of(`peer-${i}`, 1)).flat();
    expect(fairShare(many, 10)).toHaveLength(10);
  });
});
