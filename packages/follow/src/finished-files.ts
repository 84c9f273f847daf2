/**
 * The files that are done with, and which of those in the folder they are. A file is known again by its inode; one that
 * has left its inode (gzip, a move to another disk) by its content. Each finished file accounts for one file only, so
 * that a log whose first line is always the same loses nothing.
 */
import { NO_BYTES, startsWithMark } from './byte-mark.ts';
import type { FilePosition, FinishedFile } from './checkpoint.ts';
import { isSameFile, type LogFile } from './log-files.ts';
import { holds, inodeOf } from './starting-point.ts';

/** More than any logrotate `rotate` count in use. */
const MAX_FINISHED = 100;

export class FinishedFiles {
  #files: readonly FinishedFile[];

  constructor(files: readonly FinishedFile[]) {
    this.#files = files;
  }

  /** Oldest first. */
  get all(): readonly FinishedFile[] {
    return this.#files;
  }

  /** position: how far it was read. */
  add(position: FilePosition, { dev, ino }: { readonly dev: number; readonly ino: number }): void {
    this.#files = [...this.#files, { ...position, dev, ino }].slice(-MAX_FINISHED);
  }

  /** What lay at the position is nowhere now. Only its name is kept: the inode may begin again with the same line. */
  addGone(position: FilePosition): void {
    this.add({ fileId: position.fileId, head: NO_BYTES, offset: 0, before: NO_BYTES }, inodeOf(position));
  }

  /** Which of `candidates` are done with. The log is one of them only as a rotation that was taken back. */
  async recognise(candidates: readonly LogFile[]): Promise<ReadonlySet<LogFile>> {
    const recognised = new Set<LogFile>();
    const moved: FinishedFile[] = [];
    for (const finished of this.#files) {
      const file = candidates.find(({ source }) => isSameFile(source, finished));
      if (file !== undefined && (await isThis(file, finished))) recognised.add(file);
      else moved.push(finished);
    }
    for (const finished of moved) {
      const file = await findCopy(
        candidates.filter((candidate) => !recognised.has(candidate)),
        finished,
      );
      if (file !== undefined) recognised.add(file);
    }
    return recognised;
  }

  /** Drops what nothing in the folder resembles, so that the list does not grow with every rotation. */
  forgetAllBut(files: readonly LogFile[]): void {
    this.#files = this.#files.filter((finished) =>
      files.some((file) => isSameFile(file.source, finished) || startsWithMark(file.head, finished.head)),
    );
  }
}

async function isThis(file: LogFile, finished: FinishedFile): Promise<boolean> {
  if (file.isLog && finished.offset === 0) return false;
  return startsWithMark(file.head, finished.head) && (await holds(file, finished));
}

/** A gzipped file is not unpacked for this. */
async function findCopy(candidates: readonly LogFile[], finished: FinishedFile): Promise<LogFile | undefined> {
  for (const file of candidates) {
    if (file.isLog || !startsWithMark(file.head, finished.head)) continue;
    if (!file.source.grows || (await holds(file, finished))) return file;
  }
  return undefined;
}
