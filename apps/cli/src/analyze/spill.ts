/** Makes what can be read only once, standard input or a pipe, readable again: a private copy on disk. */
import { createWriteStream, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ClearError } from '@resetscope/telemetry/clear-error';
import { type InputFile, isReadOnce, readPieces } from './input-file.ts';
import type { ReadMeter } from './read-meter.ts';

/** Owner only: packets hold secrets. */
const PRIVATE_MODE = 0o600;

/** What ends the program in the middle. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export class Spill {
  #folder: string | null = null;
  #copies = 0;

  /** The files, each readable more than once. Call `remove` when done. @throws ClearError RS_FILE_UNREADABLE. */
  async readTwice(files: readonly InputFile[], meter: ReadMeter): Promise<readonly InputFile[]> {
    const kept: InputFile[] = [];
    for (const file of files) kept.push((await isReadOnce(file)) ? await this.#copy(file, meter) : file);
    return kept;
  }

  /** Idempotent. */
  async remove(): Promise<void> {
    for (const signal of SIGNALS) process.off(signal, this.#interrupted);
    if (this.#folder !== null) await rm(this.#folder, { recursive: true, force: true });
    this.#folder = null;
  }

  /** Packets must not stay behind when a person loses patience. */
  readonly #interrupted = (signal: NodeJS.Signals): void => {
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true });
    for (const one of SIGNALS) process.off(one, this.#interrupted);
    process.kill(process.pid, signal);
  };

  async #makeFolder(): Promise<string> {
    for (const signal of SIGNALS) process.on(signal, this.#interrupted);
    return mkdtemp(join(tmpdir(), 'resetscope-'));
  }

  async #copy(file: InputFile, meter: ReadMeter): Promise<InputFile> {
    this.#folder ??= await this.#makeFolder();
    const path = join(this.#folder, `capture-${++this.#copies}`);
    try {
      await pipeline(
        Readable.from(readPieces(file, 'capture', { meter })),
        createWriteStream(path, { mode: PRIVATE_MODE }),
      );
    } catch (error) {
      if (error instanceof ClearError) throw error;
      const message = `cannot keep a copy of ${file.name} in ${this.#folder}: ${(error as NodeJS.ErrnoException).code}`;
      throw new ClearError('RS_FILE_UNREADABLE', message, 'make room there or set TMPDIR', error);
    }
    return { path, name: file.name };
  }
}
