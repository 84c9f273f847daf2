/**
 * The way of sealed blocks into the ring: compressed in the thread pool, appended one after the other. Capture never waits
 * for it. While Redis is slow or away, blocks wait here up to a limit; then the oldest is given up and becomes a gap.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Append, type Gap, packBlock, type RingState, type SealedBlock } from '@resetscope/ring';

/** What the queue tells whoever counts. */
export interface FlushObserver {
  /** waitedMs: from offering to the answer of Redis. blockLen: bytes stored, 0 for a heartbeat. */
  appended(state: RingState, blockLen: number, waitedMs: number): void;
  appendFailed(error: unknown): void;
  gaveUp(packets: number): void;
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

interface Waiting extends Flush {
  readonly sinceMs: number;
}

interface Packed {
  readonly append: Append;
  readonly sinceMs: number;
}

export interface FlushQueueOptions {
  /** Bytes of uncompressed blocks that may wait. */
  readonly maxBytes?: number;
  /** Pause after a failed append. */
  readonly retryMs?: number;
}

/** Bridges about ten seconds of Redis being away at 30,000 packets/s. */
const DEFAULT_MAX_BYTES = 32 * 1024 * 1024;
const DEFAULT_RETRY_MS = 500;

export class FlushQueue {
  private readonly target: AppendTarget;
  private readonly observer: FlushObserver;
  private readonly maxBytes: number;
  private readonly retryMs: number;
  private readonly stopped = new AbortController();
  private readonly aborted: Promise<null>;
  private waiting: Waiting[] = [];
  private bytes = 0;
  private pump: Promise<void> | null = null;

  constructor(target: AppendTarget, observer: FlushObserver, options: FlushQueueOptions = {}) {
    this.target = target;
    this.observer = observer;
    this.maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
    this.retryMs = options.retryMs ?? DEFAULT_RETRY_MS;
    this.aborted = new Promise((resolve) => {
      this.stopped.signal.addEventListener('abort', () => resolve(null), { once: true });
    });
  }

  /** Bytes of uncompressed blocks waiting. */
  get waitingBytes(): number {
    return this.bytes;
  }

  /** Takes a block or a heartbeat; returns at once. */
  offer(flush: Flush): void {
    const last = this.waiting.at(-1);
    if (flush.block === null && last !== undefined) this.waiting[this.waiting.length - 1] = extend(last, flush);
    else this.waiting.push({ ...flush, sinceMs: performance.now() });
    this.bytes += sizeOf(flush);
    this.giveUpOldest();
    this.pump ??= this.run().finally(() => {
      this.pump = null;
    });
  }

  /** Waits until everything is in the ring, at most timeoutMs, then gives up the rest. */
  async close(timeoutMs: number): Promise<void> {
    const timer = setTimeout(() => this.stopped.abort(), timeoutMs);
    await this.pump;
    clearTimeout(timer);
    this.stopped.abort();
  }

  /** Compresses the next block while the one before is on its way. */
  private async run(): Promise<void> {
    let current = this.takePacked();
    while (current !== null && !this.stopped.signal.aborted) {
      const packed = await current;
      const next = this.takePacked();
      await this.write(packed);
      current = next ?? this.takePacked();
    }
  }

  private takePacked(): Promise<Packed> | null {
    const flush = this.waiting.shift();
    if (flush === undefined) return null;
    this.bytes -= sizeOf(flush);
    return pack(flush);
  }

  /** Tries until it is in or the queue is closed; the same append is never taken in twice. */
  private async write({ append, sinceMs }: Packed): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      try {
        const state = await Promise.race([this.target.append(append), this.aborted]);
        if (state !== null) this.observer.appended(state, lengthOf(append), performance.now() - sinceMs);
        return;
      } catch (error) {
        this.observer.appendFailed(error);
        await delay(this.retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private giveUpOldest(): void {
    while (this.bytes > this.maxBytes && this.waiting.length > 1) {
      const [oldest, next, ...rest] = this.waiting as [Waiting, Waiting, ...Waiting[]];
      this.bytes -= sizeOf(oldest);
      this.waiting = [{ ...next, gaps: [...oldest.gaps, ...gapOf(oldest), ...next.gaps] }, ...rest];
      if (oldest.block !== null) this.observer.gaveUp(oldest.block.index.packets);
    }
  }
}

/** A heartbeat on top of what waits already. */
function extend(last: Waiting, heartbeat: Flush): Waiting {
  return { ...last, newestUs: heartbeat.newestUs, gaps: [...last.gaps, ...heartbeat.gaps] };
}

function gapOf({ block }: Flush): readonly Gap[] {
  if (block === null) return [];
  const { firstUs, lastUs, packets } = block.index;
  return [{ fromUs: firstUs, toUs: lastUs + 1, lostPackets: packets, reason: 'ring-slow' }];
}

async function pack({ block, newestUs, gaps, sinceMs }: Waiting): Promise<Packed> {
  if (block === null) return { append: { block, newestUs, gaps }, sinceMs };
  const { bytes: index, firstUs, lastUs } = block.index;
  const packed = { block: await packBlock(block.records), index, firstUs, lastUs };
  return { append: { block: packed, newestUs, gaps }, sinceMs };
}

function sizeOf({ block }: Flush): number {
  return block?.records.bytes.length ?? 0;
}

function lengthOf({ block }: Append): number {
  return block === null ? 0 : block.block.length + block.index.length;
}
