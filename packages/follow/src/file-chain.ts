/**
 * The files that hold unread lines, oldest first: usually the log alone, and during a rotation the files it was before.
 * The chain is rebuilt from what lies in the folder whenever the path has become another file, a file was truncated, or
 * the folder has changed. Three rules make it lossless without repeating anything:
 * - a position is looked for by content, so it is found again under another name, in a copy, in a gzipped copy;
 * - a rotated file newer than every finished one, and not a copy of a file being read, has not been read: it is read whole;
 * - a file that is no longer the log is let go only when it has fallen idle and the log has bytes.
 */
import { type ByteMark, markBytes, startsWithMark } from './byte-mark.ts';
import type { Checkpoint, FilePosition } from './checkpoint.ts';
import { FileReader } from './file-reader.ts';
import type { FollowEvents, LossReason } from './follow-events.ts';
import {
  closeFiles,
  folderChangedAtMs,
  isSameFile,
  type LogFile,
  openLogFiles,
  type PathState,
  readHead,
  statPath,
} from './log-files.ts';
import { atBeginning, atEnd, locate, type StartingPoint } from './starting-point.ts';
import type { Waker } from './waker.ts';

/** Finished files remembered: more than any logrotate `rotate` count in use; older ones are told by their order. */
const MAX_FINISHED = 100;

/** A folder that changed this recently may change again within the same tick of its time stamp (jiffy, 1 to 10 ms). */
const SETTLED_MS = 100;

export interface FileChainOptions {
  readonly path: string;
  readonly maxLineLen: number;
  readonly drainIdleMs: number;
  readonly events: FollowEvents;
  readonly waker: Waker;
}

interface Link {
  readonly reader: FileReader;
  readonly unwatch: () => void;
}

/** A position whose file is not open: after a restart, or because the file was truncated. */
interface LostPosition {
  readonly position: FilePosition;
  readonly reason: LossReason;
}

export class FileChain {
  readonly #options: FileChainOptions;
  #links: readonly Link[] = [];
  /** The reader of the file that is now at the path; undefined while there is none. */
  #log: FileReader | undefined;
  #finished: readonly ByteMark[] = [];
  #lost: readonly LostPosition[] = [];
  #lastLog: PathState | undefined;
  #folderAtMs = 0;
  #isClosed = false;

  constructor(options: FileChainOptions) {
    this.#options = options;
  }

  get readers(): readonly FileReader[] {
    return this.#links.map((link) => link.reader);
  }

  get checkpoint(): Checkpoint {
    const open = this.readers.map((reader) => reader.position).filter((position) => position !== undefined);
    return { files: [...this.#lost.map(({ position }) => position), ...open], finished: this.#finished };
  }

  /** First start: the rotated files count as read, the log is read from its beginning or its end. */
  async begin(from: 'beginning' | 'end'): Promise<void> {
    const { files } = await this.#openFiles();
    const log = files.find((file) => file.isLog);
    const rotated = files.filter((file) => !file.isLog);
    this.#finished = rotated.filter(hasBytes).map((file) => markBytes(file.head));
    await closeFiles(rotated);
    if (log === undefined) return;
    this.#log = this.#link(log, from === 'end' ? await atEnd(log.source) : atBeginning(log));
    this.#lastLog = log.source;
  }

  /** Goes on where a checkpoint left off. */
  async resume(checkpoint: Checkpoint): Promise<void> {
    this.#finished = checkpoint.finished;
    this.#lost = checkpoint.files.map((position) => ({ position, reason: 'file-gone' }));
    await this.#rebuild();
  }

  /** Takes notice of a rotation. True when the files to read are others than before. */
  async lookAround(): Promise<boolean> {
    const { path } = this.#options;
    const [atPath, folderAtMs] = [await statPath(path), await folderChangedAtMs(path)];
    const log = this.#log?.source;
    const isSameLog = atPath === undefined || log === undefined ? atPath === log : isSameFile(atPath, log);
    if (isSameLog && folderAtMs === this.#folderAtMs && this.#lost.length === 0) return false;
    await this.#rebuild();
    return true;
  }

  /** A file was truncated: what it held is looked for in copies, and it is read again from its beginning. */
  async replaced(reader: FileReader): Promise<void> {
    this.#options.events.fileTruncated();
    const { position } = reader;
    await this.#unlink(reader);
    if (position !== undefined) this.#lost = [...this.#lost, { position, reason: 'truncated-without-copy' }];
    await this.#rebuild();
  }

  /** At the end of a file: lets it go if nothing more will come. True when it did. */
  async ended(reader: FileReader): Promise<boolean> {
    if (reader === this.#log) return false;
    const logIsActive = this.#log !== undefined && this.#log.head.byteLength > 0;
    const isDrained = logIsActive && reader.idleMs >= this.#options.drainIdleMs;
    if (reader.source.grows && !isDrained) return false;
    if (reader.isTorn) this.#options.events.linesLost('torn-line');
    await this.#letGo(reader);
    return true;
  }

  /** A file that will never be readable. */
  async unreadable(reader: FileReader): Promise<void> {
    this.#options.events.linesLost('unreadable');
    await this.#letGo(reader);
  }

  /** Closes the files. The checkpoint stays as it is, so that a batch still out can be committed. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { reader, unwatch } of this.#links) {
      unwatch();
      await reader.source.close();
    }
  }

  async #letGo(reader: FileReader): Promise<void> {
    if (reader.head.byteLength > 0) this.#finished = [...this.#finished, markBytes(reader.head)];
    await this.#unlink(reader);
  }

  async #unlink(reader: FileReader): Promise<void> {
    const link = this.#links.find((candidate) => candidate.reader === reader);
    this.#links = this.#links.filter((candidate) => candidate !== link);
    if (this.#log === reader) this.#log = undefined;
    link?.unwatch();
    await reader.source.close();
  }

  async #openFiles(): Promise<{ readonly files: readonly LogFile[]; readonly isComplete: boolean }> {
    const { path, events } = this.#options;
    const changedAtMs = await folderChangedAtMs(path);
    this.#folderAtMs = Date.now() - changedAtMs < SETTLED_MS ? 0 : changedAtMs;
    const { files, errors } = await openLogFiles(path);
    for (const error of errors) events.readFailed(error);
    return { files, isComplete: errors.length === 0 };
  }

  async #rebuild(): Promise<void> {
    const { files, isComplete } = await this.#openFiles();
    const unclaimed = new Set(files);
    try {
      const readerOf = new Map<LogFile, FileReader>();
      for (const file of files) {
        const reader = this.readers.find((candidate) => isSameFile(candidate.source, file.source));
        if (reader !== undefined) readerOf.set(file, reader);
      }
      for (const file of readerOf.keys()) await release(file, unclaimed);
      await this.#findLost(isComplete, unclaimed, readerOf);
      await this.#adoptUnread(files, unclaimed, readerOf);
      this.#sort(files, readerOf);
      if (isComplete) this.#forgetFinished(files);
    } finally {
      await closeFiles(unclaimed);
    }
  }

  /** A position that is in none of the files is given up only when all files could be looked into. */
  async #findLost(isComplete: boolean, unclaimed: Set<LogFile>, readerOf: Map<LogFile, FileReader>): Promise<void> {
    const stillLost: LostPosition[] = [];
    for (const lost of this.#lost) {
      const { position, reason } = lost;
      const located = await locate(position, unclaimed, this.#options.events);
      if (located.kind === 'found') readerOf.set(located.file, this.#claim(located.file, located.start, unclaimed));
      else if (located.kind === 'gone' && !isComplete) stillLost.push(lost);
      else this.#finished = [...this.#finished, position.head];
      if (located.kind === 'gone' && isComplete) this.#options.events.linesLost(reason);
    }
    this.#lost = stillLost;
  }

  async #adoptUnread(
    files: readonly LogFile[],
    unclaimed: Set<LogFile>,
    readerOf: Map<LogFile, FileReader>,
  ): Promise<void> {
    const beingRead: Uint8Array[] = [];
    for (const reader of this.readers) {
      beingRead.push(reader.fileId === undefined ? await readHead(reader.source) : reader.head);
    }
    const isFinished = ({ head }: LogFile): boolean => this.#finished.some((mark) => startsWithMark(head, mark));
    // cp(1) at work shows a beginning of the head
    const isCopy = ({ head }: LogFile): boolean => beingRead.some((other) => startsWithMark(other, markBytes(head)));
    const newestFinished = files.findLastIndex((file) => !file.isLog && isFinished(file));
    for (const [age, file] of files.entries()) {
      if (!unclaimed.has(file)) continue;
      if (file.isLog) {
        const isKnown = isFinished(file) || isCopy(file);
        readerOf.set(file, this.#claim(file, isKnown ? await atEnd(file.source) : atBeginning(file), unclaimed));
      } else if (hasBytes(file) && age > newestFinished && !isCopy(file)) {
        readerOf.set(file, this.#claim(file, atBeginning(file), unclaimed));
      }
    }
  }

  #claim(file: LogFile, start: StartingPoint, unclaimed: Set<LogFile>): FileReader {
    unclaimed.delete(file);
    return this.#link(file, start);
  }

  #link(file: LogFile, start: StartingPoint): FileReader {
    const { path, maxLineLen, events } = this.#options;
    const reader = new FileReader(path, file.source, start, maxLineLen, events);
    this.#links = [...this.#links, { reader, unwatch: this.#watch(file.path) }];
    events.fileOpened();
    return reader;
  }

  #watch(path: string): () => void {
    try {
      return this.#options.waker.watch(path);
    } catch (error) {
      this.#options.events.watchFailed(error);
      return () => undefined;
    }
  }

  /** Oldest first; a file that left the folder is older than all that are in it. */
  #sort(files: readonly LogFile[], readerOf: ReadonlyMap<LogFile, FileReader>): void {
    const age = new Map(files.map((file, at) => [readerOf.get(file), at]));
    const ageOf = ({ reader }: Link): number => age.get(reader) ?? -1;
    this.#links = [...this.#links].sort((a, b) => ageOf(a) - ageOf(b));
    const log = files.find((file) => file.isLog);
    this.#log = log === undefined ? undefined : readerOf.get(log);
    if (this.#log === undefined) return;
    if (this.#lastLog !== undefined && !isSameFile(this.#lastLog, this.#log.source)) this.#options.events.fileRotated();
    this.#lastLog = this.#log.source;
  }

  /** Only marks of files still there are kept, so that the list does not grow with every rotation. */
  #forgetFinished(files: readonly LogFile[]): void {
    const isThere = (mark: ByteMark): boolean => files.some((file) => startsWithMark(file.head, mark));
    this.#finished = this.#finished.filter(isThere).slice(-MAX_FINISHED);
  }
}

function hasBytes(file: LogFile): boolean {
  return file.head.byteLength > 0;
}

async function release(file: LogFile, unclaimed: Set<LogFile>): Promise<void> {
  unclaimed.delete(file);
  await file.source.close();
}
