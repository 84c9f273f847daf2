/**
 * The files being read, which may have copies that must not be read too: copytruncate makes one of the log, gzip one of a
 * rotated file, which it then removes. A copy counts as older than its original, and each original has one.
 */
import { markBytes, sameBytes, startsWithMark } from './byte-mark.ts';
import type { ByteSource } from './byte-source.ts';
import type { FileReader } from './file-reader.ts';
import { isSameFile, type LogFile } from './log-files.ts';
import { readBefore } from './starting-point.ts';

interface Original {
  readonly head: Uint8Array;
  /** Its place among the files of the folder, oldest first; after them all when it has left the folder. */
  readonly age: number;
  /** A copy is not longer than this; of a file that may have been truncated meanwhile nothing is known. */
  readonly maxLen: number;
}

export class Originals {
  readonly #left: Set<Original>;

  private constructor(originals: Iterable<Original>) {
    this.#left = new Set(originals);
  }

  /** files: of the folder, oldest first. */
  static async of(readers: readonly FileReader[], files: readonly LogFile[]): Promise<Originals> {
    const originals: Original[] = [];
    for (const { source, head } of readers) {
      const at = files.findIndex((file) => isSameFile(file.source, source));
      if (at < 0) originals.push({ head, age: files.length, maxLen: await source.size() });
      else originals.push({ head, age: at, maxLen: Number.POSITIVE_INFINITY });
    }
    return new Originals(originals);
  }

  /** Whether `file`, at place `age` of the folder's, is such a copy. cp(1) at work shows a beginning of the head. */
  async haveCopy(file: LogFile, age: number): Promise<boolean> {
    const mark = markBytes(file.head);
    const len = file.source.grows ? await file.source.size() : 0;
    for (const original of this.#left) {
      const isAlike = original.age > age && len <= original.maxLen && startsWithMark(original.head, mark);
      if (isAlike) return this.#left.delete(original);
    }
    return false;
  }
}

/** Whether the log, as it is now, begins with all that the file holds: a copytruncate has copied and not yet truncated. */
export async function isCopyOf(file: ByteSource, log: ByteSource): Promise<boolean> {
  const len = file.grows ? await file.size() : 0;
  if (len === 0) return false;
  const end = await readBefore(file, len);
  return end.byteLength > 0 && sameBytes(end, await readBefore(log, len));
}
