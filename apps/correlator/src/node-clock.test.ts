import { describe, expect, test } from '@jest/globals';
import { NodeClock } from './node-clock.ts';

/** Each line with the ends that look like it. */
function after(...lines: readonly (readonly number[])[]): NodeClock {
  const clock = new NodeClock();
  for (const [i, differences] of lines.entries()) clock.misfitted(`line-${i}`, differences);
  return clock;
}

describe('NodeClock', () => {
  test.each([
    { name: 'no line', lines: [], offsetUs: 0 },
    { name: 'two lines that agree', lines: [[3_000_000], [2_999_000]], offsetUs: 0 },
    { name: 'three: the quickest of them tells', lines: [[2_900_000], [3_000_000], [2_999_000]], offsetUs: 3_005_000 },
    {
      name: 'three of a clock that is ahead',
      lines: [[-20_000_000], [-20_100_000], [-20_010_000]],
      offsetUs: -19_995_000,
    },
    { name: 'three that do not agree', lines: [[1_000_000], [3_000_000], [9_000_000]], offsetUs: 0 },
    { name: 'three further apart than is compared', lines: [[90e6], [90e6], [90e6]], offsetUs: 0 },
    {
      name: 'a poll every ten seconds',
      lines: [
        [-10e6, 10e6],
        [-10e6, 10e6],
        [-10e6, 10e6],
      ],
      offsetUs: 0,
    },
    { name: 'some with a look-alike', lines: [[3e6, 7e6], [3e6, -9e6], [3e6], [3e6]], offsetUs: 3_005_000 },
    { name: 'lines without any look-alike', lines: [[], [], [], []], offsetUs: 0 },
  ])('$name', ({ lines, offsetUs }) => {
    expect(after(...lines).offsetUs).toBe(offsetUs);
  });

  test('one line that comes again is one line', () => {
    const clock = new NodeClock();
    for (let i = 0; i < 5; i++) clock.misfitted('same', [3_000_000]);
    expect(clock.offsetUs).toBe(0);
  });

  test('a line that fits in between begins the count anew', () => {
    const clock = after([3e6], [3e6]);
    clock.fitted(null);
    clock.misfitted('third', [3e6]);
    expect(clock.offsetUs).toBe(0);
  });

  test('an offset stays while lines fit it, and is forgotten or replaced when they do not', () => {
    const clock = after([3e6], [3e6], [3e6]);
    clock.fitted(null);
    clock.misfitted('a', []);
    clock.misfitted('b', []);
    expect(clock.offsetUs).toBe(3_005_000);
    clock.misfitted('c', []);
    expect(clock.offsetUs).toBe(0);
    for (const line of ['d', 'e', 'f']) clock.misfitted(line, [-8e6]);
    expect(clock.offsetUs).toBe(-7_995_000);
  });

  test.each([
    { name: 'not one of them alone', delays: [3e6, 3e6, 1000], offsetUs: 3_005_000 },
    { name: 'all: clocks were set right', delays: [3_004_000, 3e6 + 5400, 3_200_000], offsetUs: 0 },
    { name: 'all: clocks were set nearer', delays: [2e6, 2e6, 2e6], offsetUs: 1_010_000 },
  ])('lines read late by an offset move it: $name', ({ delays, offsetUs }) => {
    const clock = after([3e6], [3e6], [3e6]);
    for (const delay of delays) clock.fitted(delay);
    expect(clock.offsetUs).toBe(offsetUs);
  });

  test('is doubtful until a line fits, and again when two in a row do not', () => {
    const clock = after([]);
    expect(clock.isDoubtful).toBe(true);
    clock.fitted(null);
    clock.misfitted('a', []);
    expect(clock.isDoubtful).toBe(false);
    clock.misfitted('b', []);
    expect(clock.isDoubtful).toBe(true);
  });

  test('remembers a bounded number of lines', () => {
    const clock = new NodeClock();
    clock.misfitted('old-1', [5e6]);
    clock.misfitted('old-2', [5e6]);
    for (let i = 0; i < 60; i++) clock.misfitted(`between-${i}`, []);
    clock.misfitted('new', [5e6]);
    expect(clock.offsetUs).toBe(0);
  });
});
