/**
 * How long a follower sleeps when nothing wakes it. Notifications are believed until the poll finds something they did
 * not tell of, as on network file systems, and again after the next one that comes. Believed or not, what they cannot
 * tell of (a file that appears) is waited for at the quick pace.
 */
import type { WakeUp } from './waker.ts';

/** A line is matched with packets by the time it was read: late reading widens the search (0.3 % of a CPU at idle, measured). */
const QUICK_MS = 250;

/** Every look costs some 0.8 ms of CPU (measured, test/bench/tail.mjs). */
const SLOW_MS = 2000;

export class PollPace {
  #isBelieved = true;

  /** isWatched: the log is there, and it is watched like all files being read. */
  pollMs(isWatched: boolean): number {
    return isWatched && this.#isBelieved ? SLOW_MS : QUICK_MS;
  }

  /** foundBytes: whether there was something to read after `wakeUp`. */
  woke(wakeUp: WakeUp, foundBytes: boolean): void {
    if (wakeUp === 'notified') this.#isBelieved = true;
    else if (foundBytes) this.#isBelieved = false;
  }
}
