/** The log and its rotated files as they lie in the folder right now, opened, so that a later rename changes nothing. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cutHead, HEAD_MAX_LEN, isWholeHead } from './byte-mark.ts';
import { type ByteSource, NotAFileError, openSource } from './byte-source.ts';
import { sortRotatedNames } from './rotated-name.ts';

export interface LogFile {
  /** Where it lay when it was opened. */
  readonly path: string;
  readonly source: ByteSource;
  /** Empty for an empty file. */
  readonly head: Uint8Array;
  /** Whether this is the log itself, not a rotated file. */
  readonly isLog: boolean;
}

/** What lies at a path. */
export interface PathState {
  readonly dev: number;
  readonly ino: number;
}

export async function statPath(path: string): Promise<PathState | undefined> {
  try {
    const { dev, ino } = await stat(path);
    return { dev, ino };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether one of the files has bytes. Those that are gone have none. */
export async function haveBytes(paths: readonly string[]): Promise<boolean> {
  const sizes = await Promise.all(
    paths.map((path) =>
      stat(path)
        .then(({ size }) => size)
        .catch(() => 0),
    ),
  );
  return sizes.some((size) => size > 0);
}

/** When entries of the path's folder last changed, milliseconds since the Unix epoch; 0 when there is no folder. */
export async function folderChangedAtMs(path: string): Promise<number> {
  try {
    return (await stat(dirname(path))).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

/** Listings in a row that a rotation may spoil before the last one is taken as it is. */
const MAX_LISTINGS = 5;

export interface OpenedLogFiles {
  /** The rotated files, oldest first, and the log last. */
  readonly files: readonly LogFile[];
  /** Why files that are there are left out. */
  readonly errors: readonly unknown[];
  /** false: a rotation went on meanwhile, so that files may be missing. */
  readonly isSettled: boolean;
}

/** Opens all there are. A rotation that runs meanwhile has the listing done again. */
export async function openLogFiles(path: string): Promise<OpenedLogFiles> {
  for (let attempt = 1; ; attempt++) {
    const names = await listNames(path);
    const { files, errors } = await openListed(names);
    const isSettled = await isAsListed(path, names, files);
    if (isSettled || attempt === MAX_LISTINGS) return { files: await withoutRepeats(files), errors, isSettled };
    await closeFiles(files);
  }
}

export async function closeFiles(files: Iterable<LogFile>): Promise<void> {
  for (const file of files) await file.source.close();
}

/** The paths of the rotated files, oldest first, and of the log last. */
async function listNames(path: string): Promise<readonly string[]> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => []);
  return [...sortRotatedNames(basename(path), names).map(({ name }) => join(folder, name)), path];
}

async function openListed(paths: readonly string[]): Promise<Pick<OpenedLogFiles, 'files' | 'errors'>> {
  const files: LogFile[] = [];
  const errors: unknown[] = [];
  for (const [at, file] of paths.entries()) {
    const isLog = at === paths.length - 1;
    try {
      files.push(await openLogFile(file, isLog));
    } catch (error) {
      const isNoRotatedFile = error instanceof NotAFileError && !isLog;
      if (!isNoRotatedFile && (error as NodeJS.ErrnoException).code !== 'ENOENT') errors.push(error);
    }
  }
  return { files, errors };
}

/** The folder's time stamp has the tick of the kernel's clock (1 to 10 ms), several renames long: names and inodes tell. */
async function isAsListed(path: string, listed: readonly string[], files: readonly LogFile[]): Promise<boolean> {
  const now = await listNames(path);
  if (now.length !== listed.length || now.some((name, at) => name !== listed[at])) return false;
  for (const file of files) {
    const atPath = await statPath(file.path);
    if (atPath === undefined || !isSameFile(atPath, file.source)) return false;
  }
  return true;
}

async function openLogFile(path: string, isLog: boolean): Promise<LogFile> {
  const source = await openSource(path);
  try {
    return { path, source, head: await readHead(source), isLog };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Bytes read at a time through a hole; each step overlaps the next by half, so that no head is cut in two. */
const HOLE_STEP_LEN = 256 * 1024;

/** The head of the file as it is now; empty for an empty file. A hole at the beginning is read through. */
export async function readHead(source: ByteSource): Promise<Uint8Array> {
  let len = 2 * HEAD_MAX_LEN;
  for (let position = 0; ; position += len / 2, len = HOLE_STEP_LEN) {
    const bytes = new Uint8Array(len);
    const count = await source.read(bytes, position);
    const head = cutHead(bytes.subarray(0, count));
    if (isWholeHead(head) || count < len) return head;
  }
}

export function isSameFile(a: PathState, b: PathState): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}

/** A rename seen halfway shows one file under two names: the later name counts. */
async function withoutRepeats(files: readonly LogFile[]): Promise<readonly LogFile[]> {
  const isRepeat = (file: LogFile, at: number): boolean =>
    files.slice(at + 1).some((later) => isSameFile(later.source, file.source));
  await closeFiles(files.filter(isRepeat));
  return files.filter((file, at) => !isRepeat(file, at));
}
