import { describe, expect, test } from '@jest/globals';
import { nextStretch, type Stretch } from './unlogged-stretch.ts';

const S = 1_000_000;
const look = (fromS: number, skippedS = 0): Stretch => ({
  kind: 'look',
  window: { fromUs: fromS * S, toUs: (fromS + 1) * S },
  skippedUs: skippedS * S,
});

describe('nextStretch', () => {
  test.each<[string, number | null, number, number, Stretch]>([
    ['nobody ever looked: the second at the edge', null, 0, 100 * S, look(89)],
    ['the next one', 50 * S, 0, 100 * S, look(50)],
    ['the edge is too near', 90 * S, 0, 100 * S, { kind: 'wait' }],
    ['a second is looked at when it is whole', 90 * S, 0, 101 * S - 1, { kind: 'wait' }],
    ['now it is', 90 * S, 0, 101 * S, look(90)],
    ['the ring has forgotten some', 50 * S, 70.5 * S, 100 * S, look(70, 20)],
    ['it has forgotten all up to the edge', 50 * S, 95 * S, 100 * S, { kind: 'wait' }],
    ['a capture that has just begun', null, 99 * S, 100 * S, { kind: 'wait' }],
    ['the clock was set back', 500 * S, 0, 100 * S, look(89)],
    ['a watermark that is no whole second', 50.7 * S, 0, 100 * S, look(50)],
  ])('%s', (_title, watermarkUs, oldestUs, newestUs, expected) => {
    expect(nextStretch(watermarkUs, { oldestUs, newestUs }, 10 * S)).toEqual(expected);
  });
});
