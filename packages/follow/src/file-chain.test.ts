/**
 * The whole follower against a naive twin: random writes, rotations, restarts and crashes on real files. The twin knows
 * which lines were written into which generation of the log (one ends when nginx reopens the log or it is truncated).
 * Every line must come exactly once and in order within its generation; lines that come again after a crash count once
 * by (fileId, offset), as the job queue counts them.
 */
import { rmSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FollowRun, type SeenLine } from './testing/follow-run.ts';
import { LogFolder, LogWriter } from './testing/log-folder.ts';

type Compression = 'none' | 'delayed' | 'at-once';

/** A line in few characters, for messages. */
function short(line: string): string {
  return `${line.slice(0, 12)} (${line.length})`;
}

/** nginx and logrotate, and everything they wrote. */
class Twin {
  readonly log = new LogFolder();
  /** The complete lines of each generation. */
  readonly written: string[][] = [[]];
  readonly #compression: Compression;
  readonly #nginx = new LogWriter(this.log.path);
  #torn: { readonly line: string; readonly rest: Uint8Array } | undefined;
  /** Whether nginx writes to the file that is at the path. */
  #isAtPath = true;

  constructor(compression: Compression) {
    this.#compression = compression;
  }

  write(len: number): void {
    this.finishLine();
    const line = this.#nextLine(len);
    this.#nginx.write(`${line}\n`);
    this.written.at(-1)!.push(short(line));
  }

  /** Writes a line up to the middle of a character. */
  writeTorn(len: number): void {
    this.finishLine();
    const line = this.#nextLine(len);
    const bytes = Buffer.from(`${line}\n`);
    const middle = bytes.indexOf('é') + 1;
    this.#nginx.write(bytes.subarray(0, middle));
    this.#torn = { line, rest: bytes.subarray(middle) };
  }

  finishLine(): void {
    if (this.#torn === undefined) return;
    this.#nginx.write(this.#torn.rest);
    this.written.at(-1)!.push(short(this.#torn.line));
    this.#torn = undefined;
  }

  rotate(): void {
    this.reopen();
    this.log.rotate();
    this.#isAtPath = false;
    // gzip must not run while nginx still writes to the file
    if (this.#compression === 'at-once') this.reopen();
    this.#compress();
  }

  copyTruncate(): void {
    this.reopen();
    this.finishLine();
    this.log.copyTruncate();
    this.written.push([]);
    this.#compress();
  }

  delete(): void {
    rmSync(this.log.path);
    this.#isAtPath = false;
  }

  reopen(): void {
    if (this.#isAtPath) return;
    this.finishLine();
    this.#nginx.reopen();
    this.written.push([]);
    this.#isAtPath = true;
  }

  close(): void {
    this.#nginx.close();
    this.log.remove();
  }

  #nextLine(len: number): string {
    return `g${this.written.length - 1} n${this.written.at(-1)!.length} é${'x'.repeat(len)}`;
  }

  #compress(): void {
    const number = { none: 0, delayed: 2, 'at-once': 1 }[this.#compression];
    if (this.log.has(`error.log.${number}`)) this.log.gzip(`${this.log.path}.${number}`);
  }
}

/** The follower under test, over its restarts. */
class Life {
  readonly seen: SeenLine[] = [];
  readonly #twin: Twin;
  #run: FollowRun | undefined;
  /** A deleted file may hold lines that only the open descriptor can still read. */
  #mustStayUp = false;

  constructor(twin: Twin) {
    this.#twin = twin;
  }

  async step(): Promise<void> {
    this.#run ??= await new FollowRun(this.#twin.log.path, this.#twin.log.checkpointFile).start();
    await this.#run.step();
  }

  async delete(): Promise<void> {
    this.#twin.reopen();
    await this.step();
    this.#twin.delete();
    this.#mustStayUp = true;
  }

  async end(how: 'stop' | 'crash'): Promise<void> {
    if (this.#mustStayUp) {
      this.#twin.reopen();
      await this.step();
      this.#mustStayUp = false;
    }
    await this.#run?.[how]();
    this.seen.push(...(this.#run?.lines ?? []));
    this.#run = undefined;
  }
}

const lineLen = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 0, max: 40 }) },
  { weight: 1, arbitrary: fc.integer({ min: 200, max: 60_000 }) },
);
const operation = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('write', 'write', 'write-torn'), len: lineLen }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('rotate', 'reopen', 'copytruncate', 'delete', 'step', 'step', 'step', 'stop', 'crash'),
      len: fc.constant(0),
    }),
  },
);

async function act(twin: Twin, life: Life, { kind, len }: { kind: string; len: number }): Promise<void> {
  if (kind === 'write') twin.write(len);
  else if (kind === 'write-torn') twin.writeTorn(len);
  else if (kind === 'rotate') twin.rotate();
  else if (kind === 'reopen') twin.reopen();
  else if (kind === 'copytruncate') twin.copyTruncate();
  else if (kind === 'delete') await life.delete();
  else if (kind === 'step') await life.step();
  else await life.end(kind as 'stop' | 'crash');
}

/** Lines by generation; a line seen again must be the same line. */
function byGeneration(seen: readonly SeenLine[], generations: number): { lines: string[]; fileIds: Set<string> }[] {
  const result = Array.from({ length: generations }, () => ({ lines: [] as string[], fileIds: new Set<string>() }));
  const textAt = new Map<string, string>();
  for (const { fileId, offset, text } of seen) {
    const place = `${fileId} ${offset}`;
    const before = textAt.get(place);
    if (before !== undefined) {
      expect(short(text)).toBe(short(before));
      continue;
    }
    textAt.set(place, text);
    const generation = result[Number(/^g(\d+) /.exec(text)?.[1])];
    generation?.lines.push(short(text));
    generation?.fileIds.add(fileId);
  }
  return result;
}

test('every line exactly once and in order, whatever happens to the files and to the follower', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<Compression>('none', 'delayed', 'at-once'),
      fc.array(operation, { minLength: 5, maxLength: 40 }),
      async (compression, operations) => {
        const twin = new Twin(compression);
        const life = new Life(twin);
        try {
          await life.step();
          for (const one of operations) await act(twin, life, one);
          twin.finishLine();
          await life.step();
          await life.step();
          await life.end('stop');
          const generations = byGeneration(life.seen, twin.written.length);
          expect(generations.map(({ lines }) => lines)).toEqual(twin.written);
          for (const { fileIds } of generations) expect(fileIds.size).toBeLessThanOrEqual(1);
        } finally {
          await life.end('stop');
          twin.close();
        }
      },
    ),
    { numRuns: Number(process.env['FOLLOW_RUNS'] ?? 60) },
  );
}, 120_000);
