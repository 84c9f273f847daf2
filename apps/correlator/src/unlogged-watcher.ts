/**
 * Finds losses without a log line while it happens: goes through the reset indexes of all rings, second by second, far enough
 * behind the live edge that the lines have come. Any number of correlators may run one; a lease per node shares the work, and the
 * watermark in Redis is where the next one goes on.
 */
import type { IncidentStore } from '@resetscope/incidents';
import { RingReader } from '@resetscope/ring';
import type { Cluster, Redis } from 'ioredis';
import { Claims } from './claims.ts';
import type { UnloggedEvents } from './unlogged-events.ts';
import { Progress } from './unlogged-progress.ts';
import { type SecondParts, UnloggedSecond } from './unlogged-second.ts';
import { Sides } from './unlogged-sides.ts';
import { nextStretch } from './unlogged-stretch.ts';
import type { ToldByLines } from './unlogged-told.ts';

/** Between two rounds. */
const ROUND_MS = 1000;
/**
 * Behind the live edge: a worker logs up to 3.7 s after the packet (measured), the second look comes 2 s after the line (job-handler),
 * and what follows a reset within 5 s belongs to its story (AFTERMATH_US).
 */
const BEHIND_US = 12_000_000;
/** A round ends when so many connections were read, or seconds looked at: that is all the work there can be in a second. */
const ROUND_READS = 200;
const ROUND_SECONDS = 60;

export interface WatcherParts {
  /** Claims, progress, what lines have told. */
  readonly redis: Redis | Cluster;
  readonly ringRedis: Redis | Cluster;
  readonly store: IncidentStore;
  readonly told: ToldByLines;
  readonly events: UnloggedEvents;
  /** Age of the oldest line that waits for its answer, microseconds: the lines of that time have not all come. */
  readonly queueAgeUs: () => Promise<number>;
  /** Ports on which nginx listens, where no line has told yet. */
  readonly listenPorts: readonly number[];
  /** Default BEHIND_US. */
  readonly behindUs?: number;
}

export class UnloggedWatcher {
  private readonly parts: WatcherParts;
  private readonly progress: Progress;
  private readonly rings = new Map<string, RingReader>();
  private readonly held = new Set<string>();
  private running: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;
  private isClosed = false;
  /** Each begins with another node, so that one's storm does not keep the others waiting for ever. */
  private rounds = 0;

  constructor(parts: WatcherParts) {
    this.parts = parts;
    this.progress = new Progress(parts.redis);
  }

  start(): void {
    this.timer = setTimeout(() => {
      this.running = this.round()
        .catch((error: Error) => this.parts.events.connectionFailed(error))
        .then(() => {
          if (!this.isClosed) this.start();
        });
    }, ROUND_MS);
  }

  /** Waits for the round under way; another correlator goes on at once. */
  async close(): Promise<void> {
    this.isClosed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    await this.running;
    for (const node of this.held) await this.progress.release(node).catch(() => undefined);
    for (const ring of this.rings.values()) await ring.close();
  }

  /** Every node that no other correlator looks at, as far as there is something to look at. @throws what Redis answers */
  async round(): Promise<void> {
    const nodes = await RingReader.nodes(this.parts.ringRedis);
    await this.forgetAllBut(nodes);
    const queueAgeUs = await this.parts.queueAgeUs();
    const first = nodes.length === 0 ? 0 : this.rounds++ % nodes.length;
    let readsLeft = ROUND_READS;
    for (const node of [...nodes.slice(first), ...nodes.slice(0, first)]) {
      if (this.isClosed || readsLeft <= 0) return;
      readsLeft -= await this.watch(node, queueAgeUs, readsLeft).catch((error: Error) => {
        this.parts.events.connectionFailed(error);
        return 0;
      });
    }
  }

  /** Resolves to how many connections were read. */
  private async watch(node: string, queueAgeUs: number, maxReads: number): Promise<number> {
    const { events, behindUs = BEHIND_US } = this.parts;
    const hold = await this.progress.hold(node);
    if (hold.kind === 'held-by-other') {
      this.held.delete(node);
      events.unloggedLag(node, null);
      return 0;
    }
    this.held.add(node);
    const coverage = await this.ringOf(node).coverage();
    if (coverage === null) return 0;
    // A queue that stands still holds the search back no longer than the ring can wait.
    const waitUs = behindUs + Math.min(queueAgeUs, (coverage.newestUs - coverage.oldestUs) / 2);
    const parts = await this.secondParts(node);
    let { watermarkUs } = hold;
    let reads = 0;
    for (let seconds = 0; seconds < ROUND_SECONDS && reads < maxReads && !this.isClosed; seconds++) {
      const next = nextStretch(watermarkUs, coverage, waitUs);
      if (next.kind === 'wait') break;
      reads += await new UnloggedSecond(parts, next.window, coverage).look();
      if (!(await this.progress.advance(node, next.window.toUs))) break;
      if (next.skippedUs > 0) events.unloggedSkipped(next.skippedUs);
      watermarkUs = next.window.toUs;
    }
    if (watermarkUs !== null) events.unloggedLag(node, coverage.newestUs - watermarkUs);
    return reads;
  }

  private async secondParts(node: string): Promise<SecondParts> {
    const { redis, store, told, events, listenPorts } = this.parts;
    const { sides, logsClients } = await told.read(node);
    const claims = new Claims(redis, node);
    const ring = this.ringOf(node);
    return { node, ring, claims, told, sides: new Sides(sides, listenPorts), logsClients, store, events };
  }

  private ringOf(node: string): RingReader {
    const known = this.rings.get(node);
    if (known !== undefined) return known;
    const ring = new RingReader(this.parts.ringRedis, node);
    this.rings.set(node, ring);
    return ring;
  }

  /** Nodes whose ring has expired. */
  private async forgetAllBut(nodes: readonly string[]): Promise<void> {
    for (const [node, ring] of this.rings) {
      if (nodes.includes(node)) continue;
      await ring.close();
      this.rings.delete(node);
      this.held.delete(node);
      this.parts.events.unloggedLag(node, null);
    }
  }
}
