import { expect, test } from '@jest/globals';
import { type Clock, ClockWatch } from './clock-watch.ts';

const HOUR_US = 3_600_000_000;

/** Runs evenly from look to look; `setUs` sets the wall clock, `pauseMs` stops the process between reading one and the other. */
class TestClock implements Clock {
  setUs = 0;
  pauseMs = 0;
  private nowMs = 0;
  pass(ms: number): void {
    this.nowMs += ms;
  }
  wallUs(): number {
    const wallUs = 1_795_000_000_000_000 + this.nowMs * 1000 + this.setUs;
    this.nowMs += this.pauseMs;
    return wallUs;
  }
  steadyMs(): number {
    return this.nowMs;
  }
}

test.each([
  { name: 'time that passes', setUs: 0, stepUs: 0 },
  { name: 'an hour back', setUs: -HOUR_US, stepUs: -HOUR_US },
  { name: 'two seconds forward', setUs: 2_000_000, stepUs: 2_000_000 },
  { name: 'what NTP smooths out', setUs: 50_000, stepUs: 0 },
])('$name is a step of $stepUs, once', ({ setUs, stepUs }) => {
  const clock = new TestClock();
  const watch = new ClockWatch(clock);
  watch.look();
  clock.pass(100);
  clock.setUs = setUs;
  expect(watch.look()).toEqual({ wallUs: clock.wallUs(), stepUs });
  clock.pass(100);
  expect(watch.look().stepUs).toBe(0);
});

test('a process that stood still between both clocks sees no step, and finds a true one later', () => {
  const clock = new TestClock();
  const watch = new ClockWatch(clock);
  watch.look();
  clock.pauseMs = 300;
  clock.setUs = -HOUR_US;
  expect(watch.look().stepUs).toBe(0);
  clock.pauseMs = 0;
  expect(watch.look().stepUs).toBe(-HOUR_US);
});
