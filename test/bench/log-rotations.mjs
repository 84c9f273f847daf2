/**
 * A log written at a steady rate and rotated while it is written: by rename, as logrotate's `create` with nginx, which
 * writes to the old file until its signal has come, or by copytruncate. Nothing is written between a copy and its
 * truncation, so that no rotation loses lines of its own. `*N` of a line is its number.
 */
import { spawn } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  renameSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds between writes; nginx writes when something happens, so that a write is rarely one line. */
const TICK_MS = 10;
/** Milliseconds from the rename to USR1's effect. */
const REOPEN_MS = 30;

function makeRoom(path, rotations) {
  for (let number = rotations; number >= 1; number--)
    for (const suffix of ['', '.gz']) {
      const from = `${path}.${number}${suffix}`;
      if (existsSync(from)) renameSync(from, `${path}.${number + 1}${suffix}`);
    }
}

/** gzip(1) of one rotation after another: logrotate compresses before it rotates again. */
class Gzip {
  #ended = Promise.resolve();

  start(path) {
    const child = spawn('gzip', [path], { stdio: 'ignore' });
    this.#ended = new Promise((resolve) => child.once('close', resolve));
  }

  ended() {
    return this.#ended;
  }
}

class Log {
  #path;
  #file;
  #gzip = new Gzip();
  #rotation = 0;

  constructor(path) {
    this.#path = path;
    this.#file = openSync(path, 'a');
  }

  write(text) {
    writeSync(this.#file, text, null, 'latin1');
  }

  reopen() {
    closeSync(this.#file);
    this.#file = openSync(this.#path, 'a');
  }

  async rotate(kind) {
    await this.#gzip.ended();
    this.#rotation++;
    if (kind === 'dateext') return this.#rename(`${this.#path}-20261122-${1_795_305_600 + this.#rotation}`);
    makeRoom(this.#path, this.#rotation);
    if (kind === 'rename') return this.#rename(`${this.#path}.1`);
    copyFileSync(this.#path, `${this.#path}.1`);
    truncateSync(this.#path);
    if (kind === 'copytruncate-gzip') this.#gzip.start(`${this.#path}.1`);
  }

  #rename(to) {
    renameSync(this.#path, to);
    writeFileSync(this.#path, '');
    setTimeout(() => this.reopen(), REOPEN_MS);
  }

  async close() {
    await pause(2 * REOPEN_MS);
    await this.#gzip.ended();
    closeSync(this.#file);
  }
}

export const ROTATION_KINDS = ['rename', 'copytruncate', 'copytruncate-gzip', 'dateext'];

function line(number, resetEvery) {
  const message =
    number % resetEvery === 0
      ? 'recv() failed (104: Connection reset by peer) while sending to client, client: 10.0.0.1'
      : 'client 10.0.0.1 closed keepalive connection';
  return `2026/11/22 06:35:12 [info] 7#7: *${number} ${message}\n`;
}

/** Lines 1 to as many as the time allows; every `resetEvery`-th is a reset. @returns the numbers of the resets */
export async function writeAndRotate({ path, kind, rotations, linesPerSecond, rotateEveryMs, resetEvery }) {
  const log = new Log(path);
  const resets = new Set();
  const startedMs = performance.now();
  let number = 0;
  for (let rotated = 0; rotated <= rotations; ) {
    const elapsedMs = performance.now() - startedMs;
    let text = '';
    while (number < (elapsedMs / 1000) * linesPerSecond) {
      number++;
      if (number % resetEvery === 0) resets.add(number);
      text += line(number, resetEvery);
    }
    log.write(text);
    if (elapsedMs >= (rotated + 1) * rotateEveryMs && rotated++ < rotations) await log.rotate(kind);
    await pause(TICK_MS);
  }
  await log.close();
  return { resets, lines: number, seconds: (performance.now() - startedMs) / 1000 };
}
