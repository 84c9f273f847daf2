/**
 * The checkpoint as a JSON file, written beside and renamed over the old one, so that a crash leaves the old or the new
 * one whole. The folder is not synced: a power loss may bring the previous checkpoint back, which repeats lines and
 * loses none.
 */
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ByteMark } from './byte-mark.ts';
import type { Checkpoint, CheckpointStore, FilePosition, FinishedFile, LoadedCheckpoint } from './checkpoint.ts';

/** Format of the file; any other is set aside as damaged. */
const VERSION = 2;

export class FileCheckpointStore implements CheckpointStore {
  readonly #file: string;

  /** file: its folder is made when missing. One follower per file. */
  constructor(file: string) {
    this.#file = file;
  }

  /** @throws when the file is there and the system refuses to read it. */
  async load(): Promise<LoadedCheckpoint> {
    const text = await readIfThere(this.#file);
    if (text === undefined) return { kind: 'none' };
    const checkpoint = parseCheckpoint(text);
    if (checkpoint !== undefined) return { kind: 'found', checkpoint };
    const setAsideAs = `${this.#file}.damaged`;
    await rename(this.#file, setAsideAs);
    return { kind: 'damaged', setAsideAs };
  }

  async save(checkpoint: Checkpoint): Promise<void> {
    const written = `${this.#file}.tmp`;
    const handle = await open(written, 'w', 0o600).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      await mkdir(dirname(this.#file), { recursive: true });
      return open(written, 'w', 0o600);
    });
    try {
      await handle.writeFile(`${JSON.stringify({ version: VERSION, ...checkpoint })}\n`);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(written, this.#file);
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** undefined: not a checkpoint of this version. */
function parseCheckpoint(text: string): Checkpoint | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || value['version'] !== VERSION) return undefined;
  const { files, finished } = value;
  if (!Array.isArray(files) || !files.every(isFilePosition)) return undefined;
  if (!Array.isArray(finished) || !finished.every(isFinishedFile)) return undefined;
  return { files, finished };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isByteMark(value: unknown): value is ByteMark {
  return isRecord(value) && isCount(value['len']) && typeof value['hash'] === 'string';
}

function isFilePosition(value: unknown): value is FilePosition {
  if (!isRecord(value) || typeof value['fileId'] !== 'string' || !isCount(value['offset'])) return false;
  return isByteMark(value['head']) && isByteMark(value['before']) && value['before'].len <= value['offset'];
}

function isFinishedFile(value: unknown): value is FinishedFile {
  return isRecord(value) && isCount(value['dev']) && isCount(value['ino']) && isFilePosition(value);
}
