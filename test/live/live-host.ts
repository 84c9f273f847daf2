/**
 * A host whose nginx lives through a recorded case again: packets go into a real ring, lines into a log that a real tailer
 * follows. Time is the recording's. The log is one of a container, whose runtime says when it had each line, which stands for
 * the tailer's own clock; so a busy machine changes no answer.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Incident } from '@resetscope/diagnosis';
import { FileCheckpointStore } from '@resetscope/follow';
import type { StoredIncident } from '@resetscope/incidents';
import type { ResetQueue } from '@resetscope/jobs';
import { FileLog } from '@resetscope/log-source';
import { FAMILY_KINDS } from '@resetscope/nginx-log';
import { BlockBuilder, RingWriter } from '@resetscope/ring';
import { FrameWindow } from '@resetscope/wire';
import type { Redis } from 'ioredis';
import { LineWatch } from '../../apps/tailer/src/line-watch.ts';
import { LogTail } from '../../apps/tailer/src/log-tail.ts';
import type { TailerMetrics } from '../../apps/tailer/src/metrics.ts';
import type { RecordedCase } from './recorded-case.ts';

/** The ring holds all of any case. */
const RING = { maxBytes: 256 * 1024 * 1024, maxAgeUs: 3_600_000_000 } as const;
/** A block with a reset waits so long for more packets (apps/capture, capture-loop.ts). */
const FLUSH_US = 20_000;
/** Lines so near each other are in the correlator together (apps/correlator, job-handler.ts). */
const GATHER_US = 15_000;
/** After the last packet: every second look has its packets then. */
const QUIET_US = 10_000_000;

export interface HostParts {
  readonly recorded: RecordedCase;
  /** For the log and its checkpoint. */
  readonly dir: string;
  readonly redis: Redis;
  readonly queue: ResetQueue;
  readonly metrics: TailerMetrics;
}

export class LiveHost {
  readonly #parts: HostParts;
  readonly #log: FileHandle;
  readonly #source: FileLog;
  readonly #stopped = new AbortController();
  readonly #running: Promise<void>;
  readonly #ring: RingWriter;
  readonly #builder = new BlockBuilder();
  readonly #clockOffsetUs: number;
  /** Offset of each record of the log, and the number of its line. */
  readonly #lineNumbers = new Map<number, number>();
  #offset = 0;
  #framesIn = 0;

  private constructor(parts: HostParts, log: FileHandle, source: FileLog) {
    const { recorded, queue, metrics } = parts;
    this.#parts = parts;
    this.#log = log;
    this.#source = source;
    this.#clockOffsetUs = recorded.truth.clockOffsetSeconds * 1_000_000;
    this.#ring = new RingWriter(parts.redis, recorded.name, RING, recorded.frames[0]?.tsUs ?? 0);
    const watch = new LineWatch();
    const kinds = new Set(FAMILY_KINDS);
    const node = recorded.name;
    const common = { queue, metrics, node, kinds, access: null, stormLinesPerSecond: Number.POSITIVE_INFINITY };
    this.#running = new LogTail({ ...common, source, watch, stopped: this.#stopped.signal }).run();
  }

  static async start(parts: HostParts): Promise<LiveHost> {
    const { recorded, dir, metrics } = parts;
    const path = join(dir, `${recorded.name}.log`);
    const log = await open(path, 'a');
    const source = new FileLog({
      path,
      timezone: recorded.truth.timezone,
      checkpoint: new FileCheckpointStore(join(dir, `${recorded.name}.checkpoint`)),
      from: 'beginning',
      format: 'auto',
      events: metrics,
      wanted: () => true,
    });
    metrics.logFound(path);
    await source.start();
    return new LiveHost(parts, log, source);
  }

  get node(): string {
    return this.#parts.recorded.name;
  }

  /** Lines that become jobs. */
  get jobCount(): number {
    return this.#parts.recorded.lines.filter(({ readUs }) => readUs !== null).length;
  }

  /** Of these, the host's own, with the numbers of their lines. */
  answersOf(stored: readonly StoredIncident[]): readonly Incident[] {
    const own = stored.filter(({ node }) => node === this.node);
    return own.map(({ incident }) => {
      const lineNumber = this.#lineNumbers.get(incident.line.offset ?? -1) ?? 0;
      return { ...incident, line: { ...incident.line, lineNumber } };
    });
  }

  /** All packets and lines in their order. answered: resolves when so many lines have an incident. */
  async live(answered: (count: number) => Promise<void>): Promise<void> {
    const { lines } = this.#parts.recorded;
    let jobs = 0;
    for (const step of stepsOf(lines.map(({ readUs }) => readUs))) {
      await this.#capture(step.toUs + FLUSH_US);
      await this.#write(step.from, step.to);
      jobs += step.jobs;
      await answered(jobs);
    }
    await this.#capture(Number.POSITIVE_INFINITY);
  }

  /** All packets, and then the log at once, as nginx writes it to a file: what tells the time of a line is its stamp. */
  async catchUp(): Promise<void> {
    await this.#capture(Number.POSITIVE_INFINITY);
    const { lines } = this.#parts.recorded;
    await this.#append(lines.map(({ bytes, lineNumber }) => ({ lineNumber, record: bytes })));
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#source.stop();
    await this.#running;
    await this.#log.close();
  }

  /** Brings the ring up to a moment of the log's clock; Infinity: beyond its last packet. */
  async #capture(untilUs: number): Promise<void> {
    const { frames } = this.#parts.recorded;
    const lastUs = frames.at(-1)?.tsUs ?? 0;
    const captureUs = Math.min(untilUs + this.#clockOffsetUs, lastUs + QUIET_US);
    for (let frame = frames[this.#framesIn]; frame !== undefined; frame = frames[++this.#framesIn]) {
      if (frame.tsUs > captureUs) break;
      const window = FrameWindow.of(frame);
      if (this.#builder.add(window, 1) !== 'full') continue;
      await this.#flush(frame.tsUs - 1);
      this.#builder.add(window, 1);
    }
    await this.#flush(captureUs);
  }

  async #flush(newestUs: number): Promise<void> {
    const block = this.#builder.seal();
    await this.#ring.append({ block, newestUs: Math.max(newestUs, block?.lastUs ?? 0), gaps: [] });
  }

  /** Lines [from, to) as records of a container's log, each with the time of the next one that becomes a job. */
  async #write(from: number, to: number): Promise<void> {
    const { lines } = this.#parts.recorded;
    const part = lines.slice(from, to);
    const records = part.map(({ bytes, lineNumber }, i) => {
      const atUs = part.slice(i).find(({ readUs }) => readUs !== null)?.readUs ?? 0;
      return { lineNumber, record: Buffer.concat([Buffer.from(`${criTime(atUs)} stderr F `), bytes]) };
    });
    await this.#append(records);
  }

  async #append(records: readonly { readonly lineNumber: number; readonly record: Uint8Array }[]): Promise<void> {
    for (const { lineNumber, record } of records) {
      this.#lineNumbers.set(this.#offset, lineNumber);
      this.#offset += record.length + 1;
    }
    await this.#log.appendFile(Buffer.concat(records.flatMap(({ record }) => [record, Buffer.from('\n')])));
  }
}

/** As containerd writes it. */
function criTime(tsUs: number): string {
  const seconds = Math.floor(tsUs / 1_000_000);
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(tsUs % 1_000_000).padStart(6, '0')}000Z`;
}

interface Step {
  /** Lines [from, to). */
  readonly from: number;
  readonly to: number;
  /** When the last of them is read. */
  readonly toUs: number;
  /** How many of them become jobs. */
  readonly jobs: number;
}

/** Lines that the correlator has together. Those behind the last job are left out. */
function stepsOf(readUs: readonly (number | null)[]): readonly Step[] {
  const steps: Step[] = [];
  let startUs = Number.NEGATIVE_INFINITY;
  for (const [i, atUs] of readUs.entries()) {
    if (atUs === null) continue;
    const last = steps.at(-1);
    if (last !== undefined && atUs - startUs <= GATHER_US) {
      steps[steps.length - 1] = { from: last.from, to: i + 1, toUs: atUs, jobs: last.jobs + 1 };
      continue;
    }
    steps.push({ from: last?.to ?? 0, to: i + 1, toUs: atUs, jobs: 1 });
    startUs = atUs;
  }
  return steps;
}
