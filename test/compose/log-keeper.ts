/** What nginx wrote into its error logs, those that rotation has thrown away included: an open file stays. */
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readFamilyLines } from '../../apps/cli/src/demo/nginx-logs.ts';

export class LogKeeper {
  readonly #logDir: string;
  /** By inode, which no other file gets while it is open. */
  readonly #logs = new Map<number, FileHandle>();

  constructor(logDir: string) {
    this.#logDir = logDir;
  }

  /** To be called at least once between two rotations. */
  async keep(): Promise<void> {
    const names = (await readdir(this.#logDir)).filter((name) => name.startsWith('error.log'));
    for (const name of names) {
      const log = await open(join(this.#logDir, name));
      const { ino } = await log.stat();
      if (this.#logs.has(ino)) await log.close();
      else this.#logs.set(ino, log);
    }
  }

  /** Lines of the reset family written so far. */
  async countFamilyLines(): Promise<number> {
    await this.keep();
    // proc(5): opens the same file anew, from its beginning, also one that has no name any more.
    const paths = [...this.#logs.values()].map(({ fd }) => `/proc/self/fd/${fd}`);
    return (await Promise.all(paths.map(readFamilyLines))).flat().length;
  }

  /** How many files there were. */
  get fileCount(): number {
    return this.#logs.size;
  }

  async close(): Promise<void> {
    for (const log of this.#logs.values()) await log.close();
    this.#logs.clear();
  }
}
