/** The folder of the checkpoints: one file a log, and one a pattern, which says that the pattern has been followed. */
import { createHash } from 'node:crypto';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ClearError } from '@resetscope/telemetry';

const OWN_FILE = /-[0-9a-f]{12}\.json(?:\.tmp|\.damaged)?$/;

export class CheckpointFolder {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Two logs of one name in different folders have checkpoints of different names. */
  fileOf(path: string): string {
    return join(this.#dir, `${basename(path)}-${shortHash(path)}.json`);
  }

  /** Whether a path is one of our own files: a pattern may reach into this folder. */
  holds(path: string): boolean {
    return dirname(path) === this.#dir && OWN_FILE.test(path);
  }

  async forget(path: string): Promise<void> {
    await rm(this.fileOf(path), { force: true });
  }

  /** Whether the pattern was followed before: then a log without a checkpoint is new since. */
  async knowsPattern(pattern: string): Promise<boolean> {
    return stat(this.#patternFile(pattern)).then(
      () => true,
      () => false,
    );
  }

  /** @throws ClearError RS_FILE_UNREADABLE */
  async rememberPattern(pattern: string): Promise<void> {
    try {
      await mkdir(this.#dir, { recursive: true });
      await writeFile(this.#patternFile(pattern), `${JSON.stringify({ pattern })}\n`, { mode: 0o600 });
    } catch (error) {
      throw this.unwritable(error);
    }
  }

  /** A failure to write here, as a person can mend it. */
  unwritable(error: unknown): ClearError {
    return new ClearError(
      'RS_FILE_UNREADABLE',
      `checkpoints: expected a folder to write at ${this.#dir}, got: ${(error as Error).message}`,
      'make it writable or name another one',
      error,
    );
  }

  #patternFile(pattern: string): string {
    return join(this.#dir, `pattern-${shortHash(pattern)}.json`);
  }
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
