import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SegmentChain, type SegmentFields, SegmentLog } from './segment-log.ts';
import type { Side } from './side.ts';
import type { Segment } from './tcp-stream.ts';

const SIDES: readonly [Side, Side] = ['originator', 'responder'];

function fields(frameNumber: number): SegmentFields {
  return {
    frameNumber,
    tsUs: 1_795_329_312_000_000 + frameNumber,
    flags: frameNumber & 0xff,
    seq: (0xffff_ff00 + frameNumber) >>> 0,
    ack: frameNumber,
    window: frameNumber & 0xffff,
    payloadLen: frameNumber * 3,
    ttl: 64,
    ipId: frameNumber % 2 === 0 ? -1 : 0xffff,
  };
}

const segmentOf = (frameNumber: number, half: 0 | 1, label = ''): Segment => ({
  ...fields(frameNumber),
  from: SIDES[half],
  label,
});

describe('SegmentLog', () => {
  test('gives back what it was given', () => {
    const log = new SegmentLog();
    const chain = new SegmentChain();
    for (const half of [0, 1, 0] as const) log.append(chain, fields(chain.length + 1), half);
    expect(log.read(chain, SIDES)).toEqual([segmentOf(1, 0), segmentOf(2, 1), segmentOf(3, 0)]);
    expect(log.read(chain, ['responder', 'originator'])[0]?.from).toBe('responder');
  });

  test('keeps the first 24 and the last 72', () => {
    const log = new SegmentLog();
    const chain = new SegmentChain();
    for (let frame = 1; frame <= 1000; frame++) log.append(chain, fields(frame), 0);
    const frames = log.read(chain, SIDES).map((segment) => segment.frameNumber);
    expect(frames).toHaveLength(96);
    expect([frames[0], frames[23], frames[24], frames[95]]).toEqual([1, 24, 929, 1000]);
    expect(chain.omitted).toBe(904);
  });

  test('labels: by frame, joined, bounded, gone with their packet', () => {
    const log = new SegmentLog();
    const chain = new SegmentChain();
    const labelAt = (frame: number) => log.read(chain, SIDES).find((s) => s.frameNumber === frame)?.label;
    for (let frame = 1; frame <= 96; frame++) log.append(chain, fields(frame), 0);
    log.label(chain, 30, 'GET /a');
    log.label(chain, 30, 'GET /b');
    log.label(chain, 96, 'x'.repeat(120));
    log.label(chain, 96, 'no more');
    log.label(chain, 999, 'of no packet');
    expect([labelAt(30), labelAt(96), labelAt(1)]).toEqual(['GET /a, GET /b', 'x'.repeat(120), '']);
    for (let frame = 97; frame <= 140; frame++) log.append(chain, fields(frame), 0); // frame 30 falls out, its slot is used again
    expect(log.read(chain, SIDES).filter((s) => s.label !== '')).toHaveLength(1);
    log.release(chain);
    expect([log.read(chain, SIDES), chain.length]).toEqual([[], 0]);
    log.label(chain, 96, 'of no packet');
  });

  test('slots are used again: many short connections cost as much as one', () => {
    const log = new SegmentLog();
    for (let connection = 0; connection < 200; connection++) {
      const chain = new SegmentChain();
      for (let frame = 1; frame <= 100; frame++) log.append(chain, fields(frame), 1);
      expect(Math.max(chain.head, chain.tail)).toBeLessThan(100);
      log.release(chain);
    }
  });

  test('grows, and loses nothing', () => {
    const log = new SegmentLog();
    const chains = Array.from({ length: 100 }, () => new SegmentChain());
    for (let frame = 1; frame <= 90; frame++) for (const chain of chains) log.append(chain, fields(frame), 0);
    for (const chain of chains) expect(log.read(chain, SIDES).map((s) => s.frameNumber)).toEqual(range(1, 90));
  });

  test('as arrays would do it', () => {
    const step = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({
          kind: fc.constant('append'),
          chain: fc.nat(3),
          count: fc.integer({ min: 1, max: 200 }),
        }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('label'), chain: fc.nat(3), count: fc.nat(300) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('release'), chain: fc.nat(3), count: fc.constant(0) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const log = new SegmentLog();
        const chains = Array.from({ length: 4 }, () => new SegmentChain());
        const twins: Segment[][] = chains.map(() => []);
        let frame = 0;
        for (const { kind, chain: at, count } of steps) {
          const chain = chains[at]!;
          const twin = twins[at]!;
          if (kind === 'append') {
            for (let i = 0; i < count; i++) {
              const half = (++frame & 1) as 0 | 1;
              log.append(chain, fields(frame), half);
              twin.push(segmentOf(frame, half));
              if (twin.length > 96) twin.splice(24, 1);
            }
          } else if (kind === 'label') {
            log.label(chain, frame - count, 'L');
            const labelled = twin.findIndex((s) => s.frameNumber === frame - count);
            if (labelled !== -1) {
              const before = twin[labelled]!.label;
              twin[labelled] = { ...twin[labelled]!, label: before === '' ? 'L' : `${before}, L` };
            }
          } else {
            log.release(chain);
            twin.length = 0;
          }
        }
        expect(chains.map((chain) => log.read(chain, SIDES))).toEqual(twins);
      }),
      { numRuns: 60 },
    );
  });
});

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);
