/**
 * Where an exported capture goes: a file, which has its name only when it is whole, or standard output. Bytes go out in large
 * pieces, each waited for.
 */
import { type FileHandle, link, open, rename, rm, stat } from 'node:fs/promises';
import { ClearError } from '@resetscope/telemetry/clear-error';
import { notWritten } from '../analyze/not-written.ts';

/** Owner only: packets hold addresses and requests. */
const PRIVATE_MODE = 0o600;
/** Bytes gathered before they are written. */
const PIECE_LEN = 256 * 1024;

interface Sink {
  write(bytes: Uint8Array): Promise<void>;
  finish(): Promise<void>;
  abandon(): Promise<void>;
}

export class CaptureOutput {
  private readonly sink: Sink;
  private readonly path: string;
  private waiting: Uint8Array[] = [];
  private waitingLen = 0;
  private written = 0;

  private constructor(path: string, sink: Sink) {
    this.path = path;
    this.sink = sink;
  }

  /** path: `-` is standard output. @throws ClearError when there is a file of that name and it may not be replaced */
  static async open(path: string, mayReplace: boolean): Promise<CaptureOutput> {
    if (path === '-') return new CaptureOutput(path, standardOutput());
    return new CaptureOutput(
      path,
      await openFile(path, mayReplace).catch((error: unknown) => Promise.reject(failure(path, error))),
    );
  }

  /** Bytes so far. */
  get length(): number {
    return this.written + this.waitingLen;
  }

  async write(blocks: readonly Uint8Array[]): Promise<void> {
    for (const block of blocks) {
      this.waiting.push(block);
      this.waitingLen += block.length;
    }
    if (this.waitingLen >= PIECE_LEN) await this.flush();
  }

  /** The file gets its name. */
  async finish(): Promise<void> {
    await this.flush();
    await this.sink.finish().catch((error: unknown) => Promise.reject(failure(this.path, error)));
  }

  /** Nothing of the file is left. */
  async abandon(): Promise<void> {
    await this.sink.abandon();
  }

  private async flush(): Promise<void> {
    const piece = Buffer.concat(this.waiting, this.waitingLen);
    this.waiting = [];
    this.written += this.waitingLen;
    this.waitingLen = 0;
    await this.sink.write(piece).catch((error: unknown) => Promise.reject(failure(this.path, error)));
  }
}

function failure(path: string, error: unknown): ClearError {
  const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
  const fix = isThere ? 'choose another name, or replace it with --force' : 'choose a file that can be written';
  return notWritten(path === '-' ? 'standard output' : `the packets to ${path}`, error, fix);
}

/** @throws ClearError when it is a terminal */
function standardOutput(): Sink {
  if (process.stdout.isTTY) {
    throw new ClearError(
      'RS_USAGE',
      '--out -: expected a pipe or a file, got a terminal',
      'add | tshark -r - or > FILE',
    );
  }
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()));
      }),
    finish: async () => undefined,
    abandon: async () => undefined,
  };
}

/** @throws what node:fs says; EEXIST for a file that may not be replaced */
async function openFile(path: string, mayReplace: boolean): Promise<Sink> {
  const found = await stat(path).catch(() => null);
  // A device or a pipe takes the bytes as they come; renaming would put a file in its place.
  if (found !== null && !found.isFile() && !found.isDirectory()) return directSink(await open(path, 'w'));
  if (found !== null && !mayReplace)
    throw Object.assign(new Error(path), { code: found.isFile() ? 'EEXIST' : 'EISDIR' });
  const partialPath = `${path}.partial`;
  await rm(partialPath, { force: true });
  const file = await open(partialPath, 'wx', PRIVATE_MODE);
  const sink = directSink(file);
  return {
    ...sink,
    finish: async () => {
      await sink.finish();
      if (mayReplace) return rename(partialPath, path);
      // link(2) does not replace a file that has come meanwhile.
      await link(partialPath, path);
      await rm(partialPath);
    },
    abandon: async () => {
      await sink.abandon();
      await rm(partialPath, { force: true });
    },
  };
}

function directSink(file: FileHandle): Sink {
  return {
    write: (bytes) => file.writeFile(bytes),
    finish: () => file.close(),
    abandon: () => file.close().catch(() => undefined),
  };
}
