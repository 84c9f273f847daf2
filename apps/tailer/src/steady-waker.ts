/**
 * Looks at a log at a steady pace, however often it is written: an access log is written thousands of times a second, each look costs
 * some 0.8 ms (packages/follow), and nobody waits for its lines.
 */
import type { Waker, WakeUp } from '@resetscope/follow';

export class SteadyWaker implements Waker {
  readonly #everyMs: number;
  #isAwake = false;
  #resolve: (() => void) | undefined;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  async wait(): Promise<WakeUp> {
    if (!this.#isAwake) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#everyMs);
        this.#resolve = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#isAwake = false;
    this.#resolve = undefined;
    return 'timed-out';
  }

  wake(): void {
    this.#isAwake = true;
    this.#resolve?.();
  }

  /** Of no use: the next look comes anyway. */
  watch(): () => void {
    return () => undefined;
  }
}
