/** When a follower looks again: after a file notification, after the poll interval, or when told. */
import { watch } from 'node:fs';

export interface Waker {
  /** Resolves when something may have happened since the last call; at once if it already has. */
  wait(): Promise<void>;
  /** Makes wait() resolve. */
  wake(): void;
  /** Wakes on changes of the file now at `path` until the returned function is called. @throws when the system refuses. */
  watch(path: string): () => void;
}

/** Notifications by inotify(7), and a poll for what they miss: network file systems, files that appear, rotations. */
export class FileWaker implements Waker {
  readonly #pollMs: number;
  #isAwake = false;
  #resolve: (() => void) | undefined;

  constructor(pollMs: number) {
    this.#pollMs = pollMs;
  }

  async wait(): Promise<void> {
    if (!this.#isAwake) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#pollMs);
        this.#resolve = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#isAwake = false;
    this.#resolve = undefined;
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
