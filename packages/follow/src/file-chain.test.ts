/**
 * The whole follower against a naive twin: random writes, rotations, restarts and crashes on real files. The twin knows
 * which lines were written into which generation of the log (one ends when nginx reopens the log or it is truncated).
 * Every line must come exactly once and in order within its generation; lines that come again after a crash count once
 * by (fileId, offset), as the job queue counts them.
 */
import { rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FileChain } from './file-chain.ts';
import { createPieceReader } from './file-reader.ts';
import { countingEvents, type EventCounts, FollowRun, type SeenLine, StepWaker } from './testing/follow-run.ts';
import { LogFolder, LogWriter } from './testing/log-folder.ts';

type Compression = 'none' | 'delayed' | 'at-once';

/** How logrotate names the files: by counting, or by the rotation's date in one of its formats. */
const NAMINGS = {
  number: undefined,
  dateext: (day: number) => `error.log-202611${day}`,
  'dateformat with hours': (day: number) => `error.log-2026-11-${day}-07`,
  'dateformat with seconds': (day: number) => `error.log-17953056${day}`,
  'dateext with extension': (day: number) => `error-202611${day}.log`,
};
type Naming = keyof typeof NAMINGS;

/** The first line of generations that begin alike; it tells no generation. */
const HEADER = 'header é';

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
  readonly #naming: Naming;
  readonly #rotated: string[] = [];
  readonly #nginx = new LogWriter(this.log.path);
  /** A second worker, which is slow to open the log again. */
  readonly #slow = new LogWriter(this.log.path);
  #slowGeneration = 0;
  #torn: { readonly line: string; readonly rest: Uint8Array } | undefined;
  /** Whether nginx writes to the file that is at the path. */
  #isAtPath = true;
  /** Whether the follower knows the log's inode by a line: a copy is told from a log made anew only then. */
  #isKnown = false;
  /** The copy that a copytruncate is at work on. */
  #copy: string | undefined;
  /** Generations that were there twice while the follower looked. */
  readonly copied: Set<number> = new Set();

  readonly #startsAlike: boolean;

  /**
   * startsAlike: every generation begins at once with the same line. Then only inodes keep them apart, so that nothing is
   * copied, compressed or deleted.
   */
  constructor(compression: Compression, naming: Naming, startsAlike: boolean) {
    this.#compression = compression;
    this.#naming = naming;
    this.#startsAlike = startsAlike;
    this.#begin();
  }

  write(len: number): void {
    this.finishLine();
    const line = this.#nextLine(len);
    this.#nginx.write(`${line}\n`);
    this.written.at(-1)!.push(short(line));
  }

  /** By the slow worker, into the file it has open. */
  writeLate(len: number): void {
    this.finishLine();
    const line = this.#nextLine(len, this.#slowGeneration);
    this.#slow.write(`${line}\n`);
    this.written[this.#slowGeneration]!.push(short(line));
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
    this.reopenAll();
    this.finishCopy();
    this.#rename((to) => this.log.rotate(to));
    this.#isAtPath = false;
    // gzip must not run while nginx still writes to the file
    if (this.#compression === 'at-once') this.reopenAll();
    this.#compress();
  }

  copyTruncate(): void {
    if (this.#startsAlike) return;
    this.reopenAll();
    this.finishLine();
    if (this.#copy === undefined) this.#rename((to) => this.log.copyTruncate(to));
    else this.#endCopy(this.#copy);
    this.written.push([]);
    this.#slowGeneration = this.written.length - 1;
    this.#compress();
  }

  /** Half of what is left to copy; the truncation comes with copyTruncate(). */
  copyPart(): void {
    this.reopenAll();
    if (this.#startsAlike || !this.#isKnown) return;
    if (this.#copy === undefined) {
      this.#rename((to = `${this.log.path}.1`) => {
        if (to === `${this.log.path}.1`) this.log.makeRoom();
        this.#copy = to;
      });
    }
    this.copied.add(this.written.length - 1);
    this.log.copy(Math.ceil(statSync(this.log.path).size / 2), this.#copy);
  }

  finishCopy(): void {
    if (this.#copy !== undefined) this.copyTruncate();
  }

  #endCopy(copy: string): void {
    this.log.copy(Number.POSITIVE_INFINITY, copy);
    truncateSync(this.log.path);
    this.#copy = undefined;
  }

  /** The follower has looked. */
  looked(): void {
    this.#isKnown ||= this.#isAtPath && this.written.at(-1)!.length > 0;
  }

  delete(): void {
    if (this.#startsAlike) return;
    rmSync(this.log.path);
    this.#isAtPath = false;
  }

  reopen(): void {
    if (this.#isAtPath) return;
    this.finishLine();
    this.#nginx.reopen();
    this.written.push([]);
    this.#isAtPath = true;
    this.#isKnown = false;
    this.#begin();
  }

  reopenAll(): void {
    this.reopen();
    this.#slow.reopen();
    this.#slowGeneration = this.written.length - 1;
  }

  close(): void {
    this.#nginx.close();
    this.#slow.close();
    this.log.remove();
  }

  #nextLine(len: number, generation = this.written.length - 1): string {
    const number = this.written[generation]!.length;
    return number === 0 && this.#startsAlike ? HEADER : `g${generation} n${number} é${'x'.repeat(len)}`;
  }

  #begin(): void {
    if (this.#startsAlike) this.write(0);
  }

  #rename(to: (path?: string) => void): void {
    const dated = NAMINGS[this.#naming]?.(this.#rotated.length + 10);
    if (dated === undefined) to();
    else to(join(this.log.folder, dated));
    this.#rotated.push(dated ?? 'error.log.1');
  }

  /** delaycompress leaves the newest rotated file as it is. */
  #compress(): void {
    if (this.#compression === 'none') return;
    const age = this.#compression === 'delayed' ? 2 : 1;
    const name = this.#naming === 'number' ? `error.log.${age}` : this.#rotated.at(-age);
    if (name !== undefined && this.log.has(name)) this.log.gzip(join(this.log.folder, name));
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
    this.#twin.reopenAll();
    this.#twin.finishCopy();
    await this.step();
    this.#twin.delete();
    this.#mustStayUp = true;
  }

  async end(how: 'stop' | 'crash'): Promise<void> {
    if (this.#mustStayUp) {
      this.#twin.reopenAll();
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
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('write', 'write', 'write-torn', 'write-late', 'write-late'),
      len: lineLen,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        ...['rotate', 'rotate', 'reopen', 'reopen', 'reopen-all', 'delete'],
        ...['copytruncate', 'copy-part', 'copy-part'],
        ...['step', 'step', 'step', 'stop', 'crash'],
      ),
      len: fc.constant(0),
    }),
  },
);

async function act(twin: Twin, life: Life, { kind, len }: { kind: string; len: number }): Promise<void> {
  if (kind === 'write') twin.write(len);
  else if (kind === 'write-torn') twin.writeTorn(len);
  else if (kind === 'write-late') twin.writeLate(len);
  else if (kind === 'rotate') twin.rotate();
  else if (kind === 'reopen-all') twin.reopenAll();
  else if (kind === 'reopen') twin.reopen();
  else if (kind === 'copytruncate') twin.copyTruncate();
  else if (kind === 'copy-part') twin.copyPart();
  else if (kind === 'delete') await life.delete();
  else if (kind === 'step') {
    await life.step();
    twin.looked();
  } else await life.end(kind as 'stop' | 'crash');
}

interface Seen {
  readonly headers: number;
  readonly generations: readonly { readonly lines: string[]; readonly fileIds: Set<string> }[];
}

/** Lines by generation; a line seen again must be the same line. */
function byGeneration(seen: readonly SeenLine[], count: number): Seen {
  const generations = Array.from({ length: count }, () => ({ lines: [] as string[], fileIds: new Set<string>() }));
  let headers = 0;
  const textAt = new Map<string, string>();
  for (const { fileId, offset, text } of seen) {
    const place = `${fileId} ${offset}`;
    const before = textAt.get(place);
    if (before !== undefined) {
      expect(short(text)).toBe(short(before));
      continue;
    }
    textAt.set(place, text);
    if (text === HEADER) headers++;
    const generation = generations[Number(/^g(\d+) /.exec(text)?.[1])];
    generation?.lines.push(short(text));
    generation?.fileIds.add(fileId);
  }
  return { headers, generations };
}

test('every line exactly once and in order, whatever happens to the files and to the follower', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<Compression>('none', 'delayed', 'at-once'),
      fc.constantFrom(...(Object.keys(NAMINGS) as Naming[])),
      fc.boolean(),
      fc.array(operation, { minLength: 5, maxLength: 40 }),
      async (compression, naming, startsAlike, operations) => {
        const twin = new Twin(startsAlike ? 'none' : compression, naming, startsAlike);
        const life = new Life(twin);
        try {
          await life.step();
          for (const one of operations) await act(twin, life, one);
          twin.finishLine();
          await life.step();
          await life.step();
          await life.end('stop');
          const { headers, generations } = byGeneration(life.seen, twin.written.length);
          const written = twin.written.map((lines) => lines.filter((line) => line !== short(HEADER)));
          expect(generations.map(({ lines }) => lines)).toEqual(written);
          expect(headers).toBe(twin.written.flat().length - written.flat().length);
          for (const [generation, { fileIds }] of generations.entries()) {
            expect(fileIds.size).toBeLessThanOrEqual(twin.copied.has(generation) ? 2 : 1);
          }
        } finally {
          await life.end('stop');
          twin.close();
        }
      },
    ),
    { numRuns: Number(process.env['FOLLOW_RUNS'] ?? 60) },
  );
}, 120_000);

describe('truncated between the look that found its copy and the first read', () => {
  test.each([
    { name: 'and empty', after: '', expected: ['b1'] },
    { name: 'and written to again', after: 'c1\nc2\n', expected: ['b1', 'c1', 'c2'] },
  ])('$name', async ({ after, expected }) => {
    const log = new LogFolder();
    log.append('');
    const counts: EventCounts = {};
    const chain = new FileChain({
      path: log.path,
      maxLineLen: 100,
      wanted: undefined,
      events: countingEvents(counts),
      drainIdleMs: 60_000,
      waker: new StepWaker(),
    });
    try {
      await chain.begin('beginning');
      log.append('b1\n');
      log.copy();
      await chain.lookAround();
      truncateSync(log.path);
      log.append(after);
      const [reader] = chain.readers;
      expect(await reader!.read(createPieceReader())).toEqual({ kind: 'replaced' });
      await chain.replaced(reader!);
      const texts: string[] = [];
      for (const one of chain.readers) {
        const outcome = await one.read(createPieceReader());
        if (outcome.kind === 'lines') texts.push(...outcome.lines.map(({ bytes }) => Buffer.from(bytes).toString()));
      }
      expect(texts).toEqual(expected);
      expect(counts.linesLost).toBeUndefined();
    } finally {
      await chain.close();
      log.remove();
    }
  });
});
