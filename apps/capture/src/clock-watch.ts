/** Notices that the wall clock of this host was set: by hand, by NTP in a step, by a virtual machine that was moved. */

export interface Clock {
  /** Microseconds since the epoch, as packets are stamped. */
  wallUs(): number;
  /** Milliseconds since whenever: goes on evenly. */
  steadyMs(): number;
}

const SYSTEM_CLOCK: Clock = { wallUs: () => Date.now() * 1000, steadyMs: () => performance.now() };

/** ntpd sets the clock when it is off by 128 ms, below that it makes it go faster or slower (ntpd(8)). */
const STEP_US = 100_000;
/** Both clocks are read at one moment, or else the look says nothing: the process may have stood still in between. */
const MOMENT_MS = 5;

export interface ClockLook {
  readonly wallUs: number;
  /** How far the clock was set since the last look, negative for back; 0: it was not. */
  readonly stepUs: number;
}

export class ClockWatch {
  private readonly clock: Clock;
  private offsetUs: number | null = null;

  constructor(clock: Clock = SYSTEM_CLOCK) {
    this.clock = clock;
  }

  look(): ClockLook {
    const steadyMs = this.clock.steadyMs();
    const wallUs = this.clock.wallUs();
    if (this.clock.steadyMs() - steadyMs > MOMENT_MS) return { wallUs, stepUs: 0 };
    const before = this.offsetUs;
    this.offsetUs = wallUs - steadyMs * 1000;
    const stepUs = before === null ? 0 : Math.round(this.offsetUs - before);
    return { wallUs, stepUs: Math.abs(stepUs) < STEP_US ? 0 : stepUs };
  }
}
