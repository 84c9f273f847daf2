/** When a follower looks again: after a file notification, after a while, or when told. */
import { watch } from 'node:fs';

/** What ended a wait. */
export type WakeUp = 'notified' | 'timed-out';

export interface Waker {
  /**
   * Resolves when something may have happened since the last call, at once if it already has, or after about `pollMs`.
   * One call at a time.
   */
  wait(pollMs: number): Promise<WakeUp>;
  /** Makes wait() resolve. */
  wake(): void;
  /** Wakes on changes of the file now at `path` until the returned function is called. @throws when the system refuses. */
  watch(path: string): () => void;
}

/** Notifications by inotify(7). What they miss is left to the poll: network file systems, files that appear, rotations. */
export class FileWaker implements Waker {
  #isAwake = false;
  #resolve: (() => void) | undefined;

  async wait(pollMs: number): Promise<WakeUp> {
    if (!this.#isAwake) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pollMs);
        this.#resolve = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const wakeUp = this.#isAwake ? 'notified' : 'timed-out';
    this.#isAwake = false;
    this.#resolve = undefined;
    return wakeUp;
  }

  wake(): void {
    this.#isAwake = true;
    this.#resolve?.();
  }

  watch(path: string): () => void {
    const watcher = watch(path, { persistent: false }, () => this.wake());
    // a watcher that fails later (its file system went away) leaves the poll
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  }
}
