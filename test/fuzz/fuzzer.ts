/**
 * The loop: takes an input that has reached something new, changes it, runs the target, keeps it when it reaches
 * something new again. An input is a finding when the target throws, when it takes memory out of proportion to its
 * length, or when it does not come back. Single-threaded and deterministic for a seed, but for time and memory limits.
 */
import { getHeapStatistics } from 'node:v8';
import { createContext, Script } from 'node:vm';
import { Coverage } from './coverage.ts';
import { mutate, Random } from './mutation.ts';
import type { FuzzTarget } from './target.ts';

export interface FuzzOptions {
  /** Executions beyond those of the seeds and the corpus. */
  readonly runs: number;
  /** Inputs that earlier runs kept. */
  readonly corpus: readonly Uint8Array[];
  /** Called after every batch. */
  readonly progressed?: (report: FuzzReport) => void;
}

export interface Finding {
  readonly input: Uint8Array;
  readonly message: string;
}

export interface FuzzReport {
  readonly executions: number;
  readonly blocks: number;
  readonly totalBlocks: number;
  /** Inputs that reached something new, in the order found. */
  readonly kept: readonly Uint8Array[];
  /** One per first line of its message. */
  readonly findings: readonly Finding[];
}

/** Executions between two looks at the clock. */
const BATCH_LEN = 1000;
/** A batch of parsers over a few kilobytes each takes milliseconds; this is far beyond any load of the machine. */
const BATCH_TIMEOUT_MS = 60_000;
/** Distinct findings after which there is no point in going on. */
const FINDINGS_MAX = 20;
/** Heap that an input may take: room for a parser's own tables and results, and a multiple of its length. */
const MEMORY_FLOOR_BYTES = 8 * 1024 * 1024;
const MEMORY_PER_BYTE = 256;
/** Attempts at making a finding smaller. */
const SHRINK_RUNS = 2000;

export class Fuzzer {
  readonly #target: FuzzTarget;
  readonly #batchTimeoutMs: number;
  readonly #random: Random;
  readonly #coverage = new Coverage();
  readonly #kept: Uint8Array[] = [];
  readonly #findings = new Map<string, Finding>();
  #executions = 0;
  #current: Uint8Array = new Uint8Array(0);

  /** batchTimeoutMs: an input that does not come back is given up after this. */
  constructor(target: FuzzTarget, seed: number, batchTimeoutMs: number = BATCH_TIMEOUT_MS) {
    this.#target = target;
    this.#batchTimeoutMs = batchTimeoutMs;
    this.#random = new Random(seed);
  }

  report(): FuzzReport {
    return {
      executions: this.#executions,
      blocks: this.#coverage.blocks,
      totalBlocks: this.#coverage.total,
      kept: this.#kept,
      findings: [...this.#findings.values()],
    };
  }

  run({ runs, corpus, progressed }: FuzzOptions): FuzzReport {
    const first = [...this.#target.seeds(), ...corpus];
    this.#batch(first.length, (index) => this.#execute(first[index] as Uint8Array));
    if (this.#kept.length === 0) this.#kept.push(...first);
    while (this.#executions - first.length < runs && this.#findings.size < FINDINGS_MAX) {
      this.#batch(Math.min(BATCH_LEN, runs + first.length - this.#executions), () => this.#execute(this.#nextInput()));
      progressed?.(this.report());
    }
    for (const [key, finding] of this.#findings) this.#findings.set(key, this.#shrunk(finding));
    return this.report();
  }

  /** The shortest inputs that reach every block that all of them reach. */
  distilled(): readonly Uint8Array[] {
    const coverage = new Coverage();
    return this.#kept
      .toSorted((a, b) => a.length - b.length)
      .filter((input) => {
        const before = coverage.blocks;
        coverage.clear();
        this.#target.run(input);
        coverage.takeNew();
        return coverage.blocks > before;
      });
  }

  /** Calls `step` so many times, and ends it from outside when it does not come back. */
  #batch(count: number, step: (index: number) => void): void {
    const all = (): void => {
      for (let index = 0; index < count; index++) step(index);
    };
    try {
      new Script('all()').runInContext(createContext({ all }), { timeout: this.#batchTimeoutMs });
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      this.#note(this.#current, `expected an end within ${this.#batchTimeoutMs} ms, got none`);
      this.#executions++;
    }
  }

  /** Newer inputs more often: they are where the frontier is. */
  #nextInput(): Uint8Array {
    const newest = this.#kept.length - 1;
    const older = Math.min(this.#random.below(newest + 1), this.#random.below(newest + 1));
    const parent = this.#kept[newest - older] as Uint8Array;
    return mutate(parent, this.#random.pick(this.#kept), this.#target.words, this.#target.maxLen, this.#random);
  }

  #execute(input: Uint8Array): void {
    this.#current = input;
    this.#executions++;
    this.#coverage.clear();
    const message = this.#failure(input);
    if (message !== null) this.#note(input, message);
    if (this.#coverage.takeNew() && message === null) this.#kept.push(input);
  }

  #failure(input: Uint8Array): string | null {
    const before = heapBytes();
    try {
      this.#target.run(input);
    } catch (error) {
      return error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    const taken = heapBytes() - before;
    const allowed = MEMORY_FLOOR_BYTES + input.length * MEMORY_PER_BYTE;
    return taken <= allowed ? null : `expected at most ${allowed} bytes of memory, got ${taken}`;
  }

  #note(input: Uint8Array, message: string): void {
    const key = keyOf(message);
    if (!this.#findings.has(key)) this.#findings.set(key, { input: input.slice(), message });
  }

  /** Leaves out what does not matter to the message. */
  #shrunk({ input, message }: Finding): Finding {
    if (message.startsWith('expected an end')) return { input, message };
    let best = input;
    let step = input.length >> 1;
    for (let tries = 0, at = 0; step > 0 && tries < SHRINK_RUNS; tries++) {
      const smaller = Uint8Array.of(...best.subarray(0, at), ...best.subarray(at + step));
      const failure = this.#failure(smaller);
      if (failure !== null && keyOf(failure) === keyOf(message)) best = smaller;
      else at += step;
      if (at < best.length) continue;
      at = 0;
      step >>= 1;
    }
    return { input: best, message };
  }
}

/** Numbers differ from input to input. */
function keyOf(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/\d+/g, 'N');
}

function heapBytes(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}
