import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Payload } from './payload.ts';
import { StreamReader } from './stream-reader.ts';

const TEXT = Uint8Array.from({ length: 400 }, (_, at) => (at * 7) & 0xff);

/** A reader of TEXT; told: `0+10` bytes, `0+10!` with PSH, `lost 0+10`. */
class Listener {
  readonly told: string[] = [];
  readonly bytes: number[] = [];
  readonly reader: StreamReader = new StreamReader(0, {
    inOrder: (_half, offset, payload, push) => {
      this.told.push(`${offset}+${payload.wireLen}${push ? '!' : ''}`);
      this.bytes.push(...payload.bytes);
    },
    lost: (_half, offset, wireLen) => {
      this.told.push(`lost ${offset}+${wireLen}`);
      this.bytes.push(...new Array(wireLen).fill(-1));
    },
  });

  read(from: number, to: number, push = false): this {
    this.reader.read(from, piece(from, to), push);
    return this;
  }

  acknowledged(offset: number): this {
    this.reader.acknowledged(offset, piece(0, 0));
    return this;
  }
}

function piece(from: number, to: number): Payload {
  return { bytes: TEXT.subarray(from, to), wireLen: to - from, tsUs: 0, frameNumber: 1, hints: null };
}

describe('StreamReader', () => {
  test('in order', () => {
    expect(new Listener().read(0, 10).read(10, 20, true).told).toEqual(['0+10', '10+10!']);
  });

  test('a held piece keeps its own PSH', () => {
    expect(new Listener().read(10, 20, true).read(0, 10).told).toEqual(['0+10', '10+10!']);
    expect(new Listener().read(10, 20).read(0, 10, true).told).toEqual(['0+10!', '10+10']);
  });

  test('retransmissions and overlaps deliver what is fresh', () => {
    const listener = new Listener().read(0, 10).read(0, 10).read(5, 15).read(12, 14).read(30, 40).read(14, 35);
    expect(listener.told).toEqual(['0+10', '10+5', '15+20', '35+5']);
    expect(listener.bytes).toEqual([...TEXT.subarray(0, 40)]);
  });

  test('a segment that began before the first byte known', () => {
    const listener = new Listener();
    listener.reader.read(-3, { ...piece(0, 10), hints: null }, false);
    expect(listener.told).toEqual(['0+7']);
    expect(listener.bytes).toEqual([...TEXT.subarray(3, 10)]);
  });

  test('a hole is lost when data behind it was acknowledged, not before', () => {
    const listener = new Listener().read(0, 10).read(20, 30).read(40, 50);
    expect(listener.acknowledged(19).told).toEqual(['0+10']);
    expect(listener.acknowledged(30).told).toEqual(['0+10', 'lost 10+10', '20+10']);
    expect(listener.acknowledged(40).told.slice(3)).toEqual(['lost 30+10', '40+10']);
  });

  test('an acknowledgment without data behind it waits: the capture may hold the packet next', () => {
    expect(new Listener().acknowledged(10).read(0, 10).told).toEqual(['0+10']);
  });

  test('the end of the direction tells of a lost tail', () => {
    const listener = new Listener().read(0, 10).read(20, 30);
    listener.reader.ended(50, piece(0, 0));
    expect(listener.told).toEqual(['0+10', 'lost 10+10', '20+10', 'lost 30+20']);
    listener.reader.ended(50, piece(0, 0));
    expect(listener.told).toHaveLength(4);
  });

  test('unseenBefore counts what no packet has shown', () => {
    const listener = new Listener().read(0, 10).read(20, 30);
    expect([10, 15, 25, 100].map((offset) => listener.reader.unseenBefore(offset))).toEqual([0, 5, 10, 80]);
    listener.acknowledged(30);
    expect([10, 30, 31].map((offset) => listener.reader.unseenBefore(offset))).toEqual([10, 10, 11]);
  });

  test('a hole that is never acknowledged is given up before memory grows', () => {
    const listener = new Listener();
    for (let at = 10; at < 4 * 70; at += 4) listener.read(at, at + 2);
    expect(listener.told.slice(0, 2)).toEqual(['lost 0+10', '10+2']);
    const large = new Listener();
    const bytes = new Uint8Array(60_000);
    for (let at = 0; at < 100; at++)
      large.reader.read(10 + at * 60_001, { ...piece(0, 0), bytes, wireLen: 60_000 }, false);
    expect(large.told).toHaveLength(2 * 96); // 4 pieces of 60,000 bytes are held
  });

  test('any order within the window delivers the same bytes', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: TEXT.length - 1 }), { maxLength: 50 });
    fc.assert(
      fc.property(cuts, fc.infiniteStream(fc.nat()), fc.nat(30), (unsorted, random, extra) => {
        const edges = [0, ...unsorted.sort((a, b) => a - b), TEXT.length];
        const pieces = edges.slice(1).map((to, at) => [Math.max(0, (edges[at] ?? 0) - extra), to] as const);
        const order = [...random.take(pieces.length)].map((key, at) => ({ key, at })).sort((a, b) => a.key - b.key);
        const listener = new Listener();
        for (const { at } of order) listener.read(...pieces[at]!);
        expect(listener.bytes).toEqual([...TEXT]);
        expect(listener.reader.unseenBefore(TEXT.length)).toBe(0);
      }),
    );
  });

  test('whatever comes, every offset is told of once', () => {
    const step = fc.tuple(fc.integer({ min: -50, max: 600 }), fc.nat(100), fc.boolean());
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const listener = new Listener();
        for (const [at, length, isAck] of steps) {
          if (isAck) listener.acknowledged(at);
          else listener.reader.read(at, { ...piece(0, 0), bytes: new Uint8Array(length), wireLen: length }, false);
        }
        expect(listener.bytes).toHaveLength(listener.reader.offset);
      }),
    );
  });
});
