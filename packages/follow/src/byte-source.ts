/** The bytes of one opened file, plain or gzipped, by offset in the plain text. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

export interface ByteSource {
  readonly dev: number;
  readonly ino: number;
  /** false: what ends here has ended (a gzipped file). */
  readonly grows: boolean;
  /**
   * Fills `into` from `position` on; fewer bytes than asked only at the end, 0 there. Going back in a gzipped file
   * unpacks it again from its beginning.
   */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Plain size in bytes; of a gzipped file what has been unpacked so far. */
  size(): Promise<number>;
  close(): Promise<void>;
}

/** @throws what open(2) says, and NotAFileError. */
export async function openSource(path: string): Promise<ByteSource> {
  // a pipe without a writer must not block
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new NotAFileError(path);
    return path.endsWith('.gz') ? new GzipSource(handle, stat) : new PlainSource(handle, stat);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The path is a folder, a pipe or a device: it has no offsets to resume from. */
export class NotAFileError extends Error {
  override readonly name = 'NotAFileError';
  readonly code = 'RS_NOT_A_FILE';

  constructor(path: string) {
    super(`expected a regular file at ${path}, got a folder, a pipe or a device`);
  }
}

interface Inode {
  readonly dev: number;
  readonly ino: number;
}

class PlainSource implements ByteSource {
  readonly dev: number;
  readonly ino: number;
  readonly grows = true;
  readonly #handle: FileHandle;

  constructor(handle: FileHandle, inode: Inode) {
    this.#handle = handle;
    this.dev = inode.dev;
    this.ino = inode.ino;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    return (await this.#handle.read(into, 0, into.byteLength, position)).bytesRead;
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** Bytes of a gzipped file per read(2). */
const PACKED_CHUNK_LEN = 64 * 1024;

class GzipSource implements ByteSource {
  readonly dev: number;
  readonly ino: number;
  readonly grows = false;
  readonly #handle: FileHandle;
  #packed: Readable | undefined;
  #unpacked: AsyncIterator<Buffer> | undefined;
  /** Unpacked bytes from #heldAt on, that may still be asked for. */
  #held: Buffer = Buffer.alloc(0);
  #heldAt = 0;
  /** Offset after the last byte handed out. */
  #servedTo = 0;

  constructor(handle: FileHandle, inode: Inode) {
    this.#handle = handle;
    this.dev = inode.dev;
    this.ino = inode.ino;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    if (position < this.#heldAt) await this.#rewind();
    this.#forgetBefore(position);
    this.#unpacked ??= this.#unpack();
    try {
      while (this.#heldAt + this.#held.byteLength < position + into.byteLength) {
        const next = await this.#unpacked.next();
        if (next.done === true) break;
        this.#held = Buffer.concat([this.#held, next.value]);
        this.#forgetBefore(position);
      }
    } catch (error) {
      // a broken file is good up to where it breaks
      if (this.#heldAt + this.#held.byteLength <= this.#servedTo) throw error;
      this.#unpacked = failing(error);
    }
    if (this.#heldAt < position) return 0;
    const count = Math.min(into.byteLength, this.#held.byteLength);
    into.set(this.#held.subarray(0, count));
    this.#servedTo = position + count;
    return count;
  }

  #unpack(): AsyncIterator<Buffer> {
    const gunzip = createGunzip();
    this.#packed = Readable.from(packedChunks(this.#handle));
    this.#packed.on('error', (error) => gunzip.destroy(error));
    return this.#packed.pipe(gunzip)[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async #rewind(): Promise<void> {
    this.#packed?.destroy();
    await this.#unpacked?.return?.();
    this.#unpacked = undefined;
    this.#held = Buffer.alloc(0);
    this.#heldAt = 0;
    this.#servedTo = 0;
  }

  #forgetBefore(position: number): void {
    const count = Math.min(position - this.#heldAt, this.#held.byteLength);
    this.#held = this.#held.subarray(count);
    this.#heldAt += count;
  }

  async size(): Promise<number> {
    return this.#heldAt + this.#held.byteLength;
  }

  async close(): Promise<void> {
    await this.#rewind();
    await this.#handle.close();
  }
}

/** The file as it is. A stream of Node's own would close the handle with itself. */
async function* packedChunks(handle: FileHandle): AsyncGenerator<Buffer> {
  for (let position = 0; ; ) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(PACKED_CHUNK_LEN), 0, PACKED_CHUNK_LEN, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

function failing(error: unknown): AsyncIterator<Buffer> {
  return { next: () => Promise.reject(error) };
}
