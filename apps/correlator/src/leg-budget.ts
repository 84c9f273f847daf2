/** How many other legs are looked for: a few at once, a few a second. A storm has as many lines as a look costs milliseconds. */

export interface BudgetLimits {
  /** Looks in a row. */
  readonly burst: number;
  readonly perSecond: number;
}

/** A look costs some 20 ms of CPU beside 5,000 requests a second (measured on busy cores): a fifth of a core at most. */
const LIMITS: BudgetLimits = { burst: 20, perSecond: 10 };

export class LegBudget {
  private readonly limits: BudgetLimits;
  private readonly nowMs: () => number;
  private left: number;
  private filledAtMs: number;

  constructor(limits: BudgetLimits = LIMITS, nowMs: () => number = () => performance.now()) {
    this.limits = limits;
    this.nowMs = nowMs;
    this.left = limits.burst;
    this.filledAtMs = nowMs();
  }

  /** False: no look now. */
  take(): boolean {
    if (this.isSpent) return false;
    this.left--;
    return true;
  }

  /** A storm: there is no look for the next line. */
  get isSpent(): boolean {
    const { burst, perSecond } = this.limits;
    const nowMs = this.nowMs();
    this.left = Math.min(burst, this.left + ((nowMs - this.filledAtMs) / 1000) * perSecond);
    this.filledAtMs = nowMs;
    return this.left < 1;
  }
}
