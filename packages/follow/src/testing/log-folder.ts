/** What nginx and logrotate do to a log, on real files. */
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

export class LogFolder {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'resetscope-follow-'));
  readonly path: string = join(this.folder, 'error.log');
  readonly checkpointFile: string = join(this.folder, 'state', 'checkpoint.json');

  append(text: string | Uint8Array, path = this.path): void {
    appendFileSync(path, text);
  }

  /** logrotate's counting: .1 becomes .2 and so on, gzipped files too. */
  makeRoom(): void {
    const count = readdirSync(this.folder).length;
    for (let number = count; number >= 1; number--) {
      for (const suffix of ['', '.gz']) {
        const from = `${this.path}.${number}${suffix}`;
        if (existsSync(from)) renameSync(from, `${this.path}.${number + 1}${suffix}`);
      }
    }
  }

  /** Rename and create; the writer keeps its descriptor. */
  rotate(to = `${this.path}.1`): void {
    if (to === `${this.path}.1`) this.makeRoom();
    renameSync(this.path, to);
    writeFileSync(this.path, '');
  }

  copyTruncate(to = `${this.path}.1`): void {
    if (to === `${this.path}.1`) this.makeRoom();
    copyFileSync(this.path, to);
    truncateSync(this.path);
  }

  /** What copytruncate does before it truncates, up to `len` bytes of the log, or on to there. */
  copy(len = Number.POSITIVE_INFINITY, to = `${this.path}.1`): void {
    const copied = existsSync(to) ? statSync(to).size : 0;
    appendFileSync(to, readFileSync(this.path).subarray(copied, Math.max(copied, len)));
  }

  has(name: string): boolean {
    return existsSync(join(this.folder, name));
  }

  gzip(path: string): void {
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)));
    rmSync(path);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** A descriptor as nginx holds it: O_APPEND, kept over a rename until it is reopened. */
export class LogWriter {
  readonly #path: string;
  #fd: number;

  constructor(path: string) {
    this.#path = path;
    this.#fd = openSync(path, 'a');
  }

  write(text: string | Uint8Array): void {
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    if (writeSync(this.#fd, bytes) !== bytes.byteLength) throw new Error('short write');
  }

  /** What USR1 has nginx do. */
  reopen(): void {
    closeSync(this.#fd);
    this.#fd = openSync(this.#path, 'a');
  }

  close(): void {
    closeSync(this.#fd);
  }
}
