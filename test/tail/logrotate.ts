/** Debian's logrotate on one log, forced, with a state file of its own. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { findProgram, hasProgram } from '@resetscope/testkit';

export const hasLogrotate: boolean = hasProgram('logrotate');

const run = promisify(execFile);

export class Logrotate {
  readonly #path: string;
  readonly #folder: string;

  /** folder: for the configuration and the state, not the log's. */
  constructor(path: string, folder: string) {
    this.#path = path;
    this.#folder = folder;
  }

  /** directives: what stands between the braces. Throws with logrotate's own words. */
  async rotate(directives: string): Promise<void> {
    const file = join(this.#folder, 'logrotate.conf');
    writeFileSync(file, `${this.#path} {\n${directives}\n}\n`, { mode: 0o644 });
    await run(findProgram('logrotate') ?? 'logrotate', ['-f', '-s', join(this.#folder, 'logrotate.state'), file]);
  }

  /** The complete lines of the log and of all its rotated files. */
  linesOnDisk(): readonly string[] {
    const names = readdirSync(dirname(this.#path)).filter((name) => name.startsWith(basename(this.#path, '.log')));
    return names.flatMap((name) => {
      const bytes = readFileSync(join(dirname(this.#path), name));
      const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
      return text.split('\n').slice(0, -1);
    });
  }
}
