/**
 * The way of sealed blocks into the ring: appended one after the other. Capture never waits for it. While Redis is slow or
 * away, blocks wait here up to a limit; then the oldest is given up. What is given up, and why, goes into the ring as a gap: packets appended + given up = packets offered.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Append, type Gap, GapList, RingRefusedError, type RingState, type SealedBlock } from '@resetscope/ring';
import { ClockWatch } from './clock-watch.ts';

/** Too much waited already, or the ring will never take it. */
export type GiveUpReason = 'ring-slow' | 'ring-refused';

/** What the queue tells whoever counts. */
export interface FlushObserver {
  /** waitedMs: from offering to the answer of Redis. blockLen: bytes stored, 0 for a heartbeat. */
  appended(state: RingState, blockLen: number, waitedMs: number): void;
  appendFailed(error: unknown): void;
  gaveUp(packets: number, reason: GiveUpReason): void;
}

/** Part of RingWriter. */
export interface AppendTarget {
  append(append: Append): Promise<RingState>;
}

export interface Flush {
  /** null: nothing was captured, only the reach moves. */
  readonly block: SealedBlock | null;
  readonly newestUs: number;
  readonly gaps: readonly Gap[];
}

export interface FlushQueueOptions {
  /** Bytes of blocks that may wait. */
  readonly maxBytes?: number;
  /** Pause after a failed append. */
  readonly retryMs?: number;
  readonly clock?: ClockWatch;
}

/** A flush on its way. */
interface Waiting {
  /** null: a heartbeat. */
  readonly block: SealedBlock | null;
  readonly newestUs: number;
  readonly clockStepUs: number;
  readonly sinceMs: number;
}

/** What the ring was not told with a flush that was given up. */
type Untold = Pick<Required<Append>, 'gaps' | 'clockStepUs'>;

/** Bridges half a minute of Redis being away at 30,000 packets/s. */
const DEFAULT_MAX_BYTES = 32 * 1024 * 1024;
const DEFAULT_RETRY_MS = 500;
/** Memory of what waits besides its bytes (measured). */
const OBJECTS_BYTES = 1024;

export class FlushQueue {
  private readonly target: AppendTarget;
  private readonly observer: FlushObserver;
  private readonly maxBytes: number;
  private readonly retryMs: number;
  private readonly clock: ClockWatch;
  private readonly stopped = new AbortController();
  private readonly aborted: Promise<null>;
  /** Oldest first. */
  private readonly waiting: Waiting[] = [];
  private bytes = 0;
  /** For the next append, whichever that is: a gap may be told early, never late. */
  private readonly gaps = new GapList();
  private clockStepUs = 0;
  private writing: Promise<void> | null = null;

  constructor(target: AppendTarget, observer: FlushObserver, options: FlushQueueOptions = {}) {
    this.target = target;
    this.observer = observer;
    this.maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
    this.retryMs = options.retryMs ?? DEFAULT_RETRY_MS;
    this.clock = options.clock ?? new ClockWatch();
    this.clock.look();
    this.aborted = new Promise((resolve) => {
      this.stopped.signal.addEventListener('abort', () => resolve(null), { once: true });
    });
  }

  /** Memory of what waits. */
  get waitingBytes(): number {
    return this.bytes;
  }

  /** Takes a block or a heartbeat; returns at once. */
  offer({ block, newestUs, gaps }: Flush): void {
    const { wallUs, stepUs } = this.clock.look();
    for (const gap of gaps) this.gaps.add(gap);
    this.enqueue({
      block,
      // What was reached before the clock was set back is not reached yet.
      newestUs: Math.min(newestUs, wallUs),
      clockStepUs: stepUs,
      sinceMs: performance.now(),
    });
    this.giveUpOldest();
    this.writing ??= this.writeAll();
  }

  /** Waits until everything is in the ring, at most timeoutMs, then gives up the rest. */
  async close(timeoutMs: number): Promise<void> {
    const timer = setTimeout(() => this.stopped.abort(), timeoutMs);
    while (this.writing !== null) await this.writing;
    clearTimeout(timer);
    this.stopped.abort();
  }

  /** A heartbeat joins what waits before it. */
  private enqueue(item: Waiting): void {
    const last = this.waiting.at(-1);
    if (last === undefined || item.block !== null) {
      this.waiting.push(item);
      this.bytes += sizeOf(item);
    } else {
      const clockStepUs = last.clockStepUs + item.clockStepUs;
      this.waiting[this.waiting.length - 1] = { ...last, newestUs: item.newestUs, clockStepUs };
    }
  }

  private dequeue(): Waiting | undefined {
    const item = this.waiting.shift();
    if (item !== undefined) this.bytes -= sizeOf(item);
    return item;
  }

  private async writeAll(): Promise<void> {
    for (let item = this.dequeue(); item !== undefined; item = this.dequeue()) await this.write(item);
    this.writing = null;
  }

  /** Tries until it is in, it is refused, or the queue is closed; the same append is never taken in twice. */
  private async write(item: Waiting): Promise<void> {
    const { signal } = this.stopped;
    const clockStepUs = this.clockStepUs + item.clockStepUs;
    this.clockStepUs = 0;
    const append = { block: item.block, newestUs: item.newestUs, gaps: this.gaps.take(), clockStepUs };
    while (!signal.aborted) {
      try {
        const state = await Promise.race([this.target.append(append), this.aborted]);
        if (state === null) break;
        return this.observer.appended(state, lengthOf(append), performance.now() - item.sinceMs);
      } catch (error) {
        this.observer.appendFailed(error);
        if (error instanceof RingRefusedError) return this.giveUp(item, 'ring-refused', append);
        await delay(this.retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
    this.giveUp(item, 'ring-slow', append);
  }

  private giveUpOldest(): void {
    while (this.bytes > this.maxBytes && this.waiting.length > 1) {
      const oldest = this.dequeue();
      if (oldest !== undefined) this.giveUp(oldest, 'ring-slow', { gaps: [], clockStepUs: oldest.clockStepUs });
    }
  }

  private giveUp({ block }: Waiting, reason: GiveUpReason, untold: Untold): void {
    for (const gap of untold.gaps) this.gaps.add(gap);
    this.clockStepUs += untold.clockStepUs;
    if (block === null) return;
    const { firstUs, lastUs, packets } = block;
    this.gaps.add({ fromUs: firstUs, toUs: lastUs + 1, lostPackets: packets, reason });
    this.observer.gaveUp(packets, reason);
  }
}

function sizeOf({ block }: Waiting): number {
  return block === null ? 0 : block.block.length + block.index.length + OBJECTS_BYTES;
}

function lengthOf({ block }: Append): number {
  return block === null ? 0 : block.block.length + block.index.length;
}
