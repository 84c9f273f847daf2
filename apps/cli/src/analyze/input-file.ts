/** A file of any size in pieces, gunzipped when it is gzipped; `-` is standard input. A cut gzip ends where it ends. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { constants, createGunzip } from 'node:zlib';
import { ClearError } from '@resetscope/telemetry';

/** Bytes per piece: large enough that the per-piece cost vanishes. */
const PIECE_LEN = 1 << 20;

/** @throws ClearError RS_FILE_UNREADABLE; what: `error log`, `capture`, for the message. */
export async function* readPieces(path: string, what: string): AsyncGenerator<Uint8Array> {
  if (path !== '-') await assertFile(path, what);
  const source: Readable = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: PIECE_LEN });
  try {
    yield* gunzipped(source);
  } catch (error) {
    throw unreadable(path, what, error);
  }
}

async function* gunzipped(source: Readable): AsyncGenerator<Uint8Array> {
  const pieces = source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  const first = await pieces.next();
  if (first.done === true) return;
  const isGzip = first.value[0] === 0x1f && first.value[1] === 0x8b;
  const rest = rejoin(first.value, pieces);
  if (!isGzip) {
    yield* rest;
    return;
  }
  const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH, chunkSize: PIECE_LEN });
  const feeding = feed(gunzip, rest);
  yield* gunzip as AsyncIterable<Uint8Array>;
  await feeding;
}

async function* rejoin(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

async function feed(gunzip: ReturnType<typeof createGunzip>, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const piece of pieces) {
    if (!gunzip.write(piece)) await new Promise((resolve) => gunzip.once('drain', resolve));
  }
  gunzip.end();
}

async function assertFile(path: string, what: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(path, what, error);
  });
  if (found.isDirectory()) {
    throw new ClearError(
      'RS_FILE_UNREADABLE',
      `expected ${what} ${path} to be a file, got a directory`,
      'name the file in it',
    );
  }
}

function unreadable(path: string, what: string, error: unknown): ClearError {
  const code = (error as NodeJS.ErrnoException).code;
  const reason = code === 'ENOENT' ? 'no such file' : code === 'EACCES' ? 'permission denied' : String(code ?? error);
  return new ClearError(
    'RS_FILE_UNREADABLE',
    `cannot read ${what} ${path}: ${reason}`,
    'check the path and its permissions',
    error,
  );
}
