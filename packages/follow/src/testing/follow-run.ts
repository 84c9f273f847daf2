/** A follower under test: woken step by step, its lines collected, its events counted. */
import { Buffer } from 'node:buffer';
import type { Checkpoint } from '../checkpoint.ts';
import { FileCheckpointStore } from '../file-checkpoint-store.ts';
import type { FollowEvents } from '../follow-events.ts';
import type { FollowedLine } from '../followed-line.ts';
import { Follower, type FollowerOptions } from '../follower.ts';
import type { Waker, WakeUp } from '../waker.ts';

/** A waker that only the test wakes. */
export class StepWaker implements Waker {
  readonly watched: string[] = [];
  #isAwake = false;
  #wakeUp: (() => void) | undefined;
  #asleep: (() => void) | undefined;

  async wait(_pollMs: number): Promise<WakeUp> {
    if (!this.#isAwake) {
      await new Promise<void>((resolve) => {
        this.#wakeUp = resolve;
        this.#asleep?.();
      });
    }
    this.#isAwake = false;
    this.#wakeUp = undefined;
    return 'notified';
  }

  wake(): void {
    this.#isAwake = true;
    this.#wakeUp?.();
  }

  watch(path: string): () => void {
    this.watched.push(path);
    return () => this.watched.splice(this.watched.indexOf(path), 1);
  }

  /** Resolves when the follower has looked at everything and sleeps again. */
  async step(): Promise<void> {
    const asleep = new Promise<void>((resolve) => {
      this.#asleep = resolve;
    });
    this.wake();
    await asleep;
  }
}

export type EventCounts = Partial<Record<keyof FollowEvents | `linesLost ${string}`, number>>;

/** Counts events; those that carry a number are summed. */
export function countingEvents(counts: EventCounts): FollowEvents {
  const add = (name: keyof EventCounts, count: unknown): void => {
    counts[name] = (counts[name] ?? 0) + (typeof count === 'number' ? count : 1);
  };
  return new Proxy({} as FollowEvents, {
    get: (_, name: keyof FollowEvents) => (value: unknown) => {
      add(name, value);
      if (name === 'linesLost') add(`linesLost ${value}`, 1);
    },
  });
}

export interface SeenLine extends Omit<FollowedLine, 'bytes'> {
  /** The bytes, decoded after the line was whole. */
  readonly text: string;
  /** One character per byte. */
  readonly raw: string;
}

/** A process that was killed saves nothing any more. */
class MortalStore extends FileCheckpointStore {
  isDead = false;

  override async save(checkpoint: Checkpoint): Promise<void> {
    if (!this.isDead) await super.save(checkpoint);
  }
}

export class FollowRun {
  readonly lines: SeenLine[] = [];
  readonly counts: EventCounts = {};
  readonly follower: Follower;
  readonly #waker = new StepWaker();
  readonly #store: MortalStore;
  #crashes = false;
  #ended: Promise<void> = Promise.resolve();

  constructor(path: string, checkpointFile: string, options: Partial<FollowerOptions> = {}) {
    this.#store = new MortalStore(checkpointFile);
    this.follower = new Follower({
      path,
      checkpoint: this.#store,
      events: countingEvents(this.counts),
      from: 'beginning',
      waker: this.#waker,
      ...options,
    });
  }

  async start(): Promise<this> {
    await this.follower.start();
    this.#ended = this.#collect();
    return this;
  }

  /** Lets the follower read what there is. */
  async step(): Promise<void> {
    await Promise.race([this.#waker.step(), this.#ended]);
  }

  /** The lines of one more step. */
  async stepTexts(): Promise<readonly string[]> {
    const before = this.lines.length;
    await this.step();
    return this.lines.slice(before).map((line) => line.text);
  }

  async stop(): Promise<void> {
    await this.follower.stop();
    await this.#ended;
  }

  /** Reads at most one batch more, and dies before committing it. */
  async crash(): Promise<void> {
    this.#crashes = true;
    await this.step();
    await this.stop();
  }

  async #collect(): Promise<void> {
    for await (const batch of this.follower.batches()) {
      for (const { bytes, ...line } of batch.lines) {
        const buffer = Buffer.from(bytes);
        this.lines.push({ ...line, text: buffer.toString(), raw: buffer.toString('latin1') });
      }
      if (this.#crashes) {
        this.#store.isDead = true;
        return;
      }
      await batch.commit();
    }
  }
}
