import { describe, expect, test } from '@jest/globals';
import { Packet, TcpFlag } from '@resetscope/wire';
import { Half } from './half.ts';

const { SYN, ACK } = TcpFlag;

function packet(fields: Partial<Packet>): Packet {
  return Object.assign(new Packet(), fields);
}

describe('sequence numbers', () => {
  test.each([
    { name: 'plain', firstSeq: 1001 },
    { name: 'wrapping', firstSeq: 0xffff_fffe },
    { name: 'zero', firstSeq: 0 },
  ])('offsets count from the first byte: $name', ({ firstSeq }) => {
    const half = new Half();
    half.begin(firstSeq);
    expect([0, 1, 5, -1].map((at) => half.offsetOf((firstSeq + at) >>> 0))).toEqual([0, 1, 5, -1]);
    half.advance(5);
    half.advance(3);
    expect([half.sent, half.sentSeq, half.nextSeq]).toEqual([5, (firstSeq + 5) >>> 0, (firstSeq + 5) >>> 0]);
    half.finOffset = 5;
    expect(half.nextSeq).toBe((firstSeq + 6) >>> 0);
  });

  test('offsets go beyond 2^32', () => {
    const half = new Half();
    half.begin(7);
    for (let at = 1; at <= 6; at++) half.advance(at * 1_000_000_000);
    expect(half.offsetOf((7 + 6_000_000_010) >>> 0)).toBe(6_000_000_010);
    half.acked = 5_999_999_999;
    half.finAcked = true;
    expect(half.ackedSeq).toBe((7 + 6_000_000_000) >>> 0);
  });

  test('a SYN takes the number before the first byte, also one that carries data', () => {
    const half = new Half();
    half.begin(101);
    expect(half.startOf(packet({ flags: SYN, seq: 100 }))).toBe(0);
    expect(half.startOf(packet({ flags: ACK, seq: 105 }))).toBe(4);
  });

  test.each([
    { name: 'a SYN', steps: [packet({ flags: SYN, seq: 100 }), packet({ flags: ACK, seq: 500 })], isn: 100 },
    { name: 'one before the first number', steps: [packet({ flags: ACK, seq: 0 })], isn: 0xffff_ffff },
    {
      name: 'a SYN+ACK is surer',
      steps: [packet({ flags: ACK, seq: 100 }), packet({ flags: SYN | ACK, seq: 7 })],
      isn: 7,
    },
  ])('initial sequence number: $name', ({ steps, isn }) => {
    const half = new Half();
    for (const step of steps) half.noteIsn(step);
    half.noteIsnFromAck(12345);
    expect(half.summary().isn).toBe(isn);
  });

  test('or one before the first acknowledgment', () => {
    const half = new Half();
    half.noteIsnFromAck(0);
    half.noteIsn(packet({ flags: ACK, seq: 9 }));
    expect(half.summary().isn).toBe(0xffff_ffff);
  });
});

describe('habits', () => {
  test('the commonest TTL is told, the two latest are known', () => {
    const half = new Half();
    expect([half.isSeen, half.summary().ttl]).toEqual([false, null]);
    for (const ttl of [255, 63, 63, 63]) half.remember(packet({ ttl }));
    expect(half.summary()).toMatchObject({ ttl: 63, packets: 4 });
    expect([255, 63, 64].map((ttl) => half.hasSentTtl(ttl))).toEqual([true, true, false]);
    half.remember(packet({ ttl: 64 }));
    expect([255, 63, 64].map((ttl) => half.hasSentTtl(ttl))).toEqual([true, false, true]);
  });

  test('the last window and IP ID', () => {
    const half = new Half();
    half.remember(packet({ window: 10, ipId: 5 }));
    half.remember(packet({ window: 0, ipId: 6 }));
    expect([half.lastWindow, half.lastIpId]).toEqual([0, 6]);
  });
});
