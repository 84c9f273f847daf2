/** Drains the sources every few milliseconds into blocks and decides when a block is sealed. */
import type { PacketSource } from '@resetscope/capture';
import type { AddOutcome, BlockBuilder, Gap } from '@resetscope/ring';
import type { FrameWindow } from '@resetscope/wire';
import type { Flush } from './flush-queue.ts';

/** Between two drains; the kernel's ring holds far more at any rate (DESIGN 3.2). */
const DRAIN_EVERY_MS = 10;
/** A block waits this long for more packets; a heartbeat takes its place when there were none. */
const FLUSH_EVERY_MS = 100;
/** A block that holds a reset waits only this long: somebody is about to ask for it. */
const FLUSH_RESET_MS = 20;
const STATS_EVERY_MS = 1000;

/** What the loop tells whoever counts. */
export interface LoopObserver {
  drained(packets: number, bytes: number): void;
  ignored(reason: AddOutcome): void;
  kernelDropped(packets: number): void;
}

export class CaptureLoop {
  private readonly sources: readonly PacketSource[];
  private readonly builder: BlockBuilder;
  private readonly offer: (flush: Flush) => void;
  private readonly observer: LoopObserver;
  private readonly onFrame = (frame: FrameWindow, ifIndex: number): void => this.take(frame, ifIndex);
  private timer: NodeJS.Timeout | null = null;
  private gaps: Gap[] = [];
  private reachUs: number;
  private bytes = 0;
  private droppedBefore = 0;
  private statsUs: number;
  private statsMs: number;
  private flushedMs: number;

  constructor(
    sources: readonly PacketSource[],
    builder: BlockBuilder,
    offer: (flush: Flush) => void,
    observer: LoopObserver,
  ) {
    this.sources = sources;
    this.builder = builder;
    this.offer = offer;
    this.observer = observer;
    this.reachUs = this.readReach();
    this.statsUs = Date.now() * 1000;
    this.statsMs = performance.now();
    this.flushedMs = this.statsMs;
  }

  start(): void {
    this.timer = setInterval(() => this.tick(performance.now()), DRAIN_EVERY_MS);
  }

  /** Drains once more, hands over what is left and closes the sources. */
  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.drain();
    this.readStats();
    this.flush(performance.now());
    for (const source of this.sources) source.close();
  }

  /** nowMs: performance.now(). */
  tick(nowMs: number): void {
    this.drain();
    if (nowMs - this.statsMs >= STATS_EVERY_MS) {
      this.statsMs = nowMs;
      this.readStats();
    }
    const waitMs = this.builder.resetCount > 0 ? FLUSH_RESET_MS : FLUSH_EVERY_MS;
    if (nowMs - this.flushedMs >= waitMs) this.flush(nowMs);
  }

  private drain(): void {
    let packets = 0;
    this.bytes = 0;
    for (const source of this.sources) packets += source.drain(this.onFrame);
    this.reachUs = this.readReach();
    if (packets > 0) this.observer.drained(packets, this.bytes);
  }

  private take(frame: FrameWindow, ifIndex: number): void {
    this.bytes += frame.wireLen;
    let outcome = this.builder.add(frame, ifIndex);
    if (outcome === 'full') {
      this.flush(this.flushedMs);
      outcome = this.builder.add(frame, ifIndex);
    }
    if (outcome !== 'stored') this.observer.ignored(outcome);
  }

  private flush(nowMs: number): void {
    this.flushedMs = nowMs;
    this.offer({ block: this.builder.seal(), newestUs: this.reachUs, gaps: this.gaps });
    this.gaps = [];
  }

  /** Packets the kernel dropped since the last reading lie somewhere in between: a gap of that second. */
  private readStats(): void {
    let dropped = 0;
    for (const source of this.sources) dropped += source.stats().dropped ?? 0;
    const lostPackets = dropped - this.droppedBefore;
    const nowUs = Date.now() * 1000;
    if (lostPackets > 0) {
      // The clock may have been set back in between.
      const [fromUs, toUs] = [Math.min(this.statsUs, nowUs), Math.max(this.statsUs, nowUs)];
      this.gaps.push({ fromUs, toUs, lostPackets, reason: 'kernel-drop' });
      this.observer.kernelDropped(lostPackets);
    }
    this.droppedBefore = dropped;
    this.statsUs = nowUs;
  }

  /** All sources have reached this. */
  private readReach(): number {
    return Math.min(...this.sources.map((source) => source.reachUs));
  }
}
