/**
 * The files that hold unread lines, oldest first: usually the log alone, and during a rotation the files it was before.
 * The chain is rebuilt from what lies in the folder whenever the path has become another file, a file was truncated, or
 * the folder has changed. Four rules make it lossless without repeating anything:
 * - a position is looked for by content, so it is found again under another name, in a copy, in a gzipped copy;
 * - a rotated file newer than every finished one, and not a copy of the log, has not been read: it is read whole;
 * - a copy is left unread only while its original is known by its first line, so that it is missed when it is truncated;
 * - a file that is no longer the log is let go only when it has fallen idle and the log has bytes.
 */
import { isWholeHead, markBytes, NO_BYTES } from './byte-mark.ts';
import type { Checkpoint, FilePosition } from './checkpoint.ts';
import { FileReader, type FileReaderOptions } from './file-reader.ts';
import { FinishedFiles } from './finished-files.ts';
import type { LossReason } from './follow-events.ts';
import {
  closeFiles,
  folderChangedAtMs,
  haveBytes,
  isSameFile,
  type LogFile,
  openLogFiles,
  type PathState,
  readHead,
  statPath,
} from './log-files.ts';
import { isCopyOf, Originals } from './originals.ts';
import { atBeginning, atEnd, inodeOf, locate, type StartingPoint } from './starting-point.ts';
import type { Waker } from './waker.ts';

/** A folder that changed this recently may change again within the same tick of its time stamp (jiffy, 1 to 10 ms). */
const SETTLED_MS = 100;

export interface FileChainOptions extends Omit<FileReaderOptions, 'isTaken'> {
  readonly drainIdleMs: number;
  readonly waker: Waker;
}

interface Link {
  readonly reader: FileReader;
  /** undefined: the system refused to watch the file. */
  readonly unwatch: (() => void) | undefined;
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
  #finished: FinishedFiles = new FinishedFiles([]);
  #lost: readonly LostPosition[] = [];
  /** Rotated files of which too little is there: a slow worker may write to them yet, or they are copies being made. */
  #undecided: readonly string[] = [];
  #lastLog: PathState | undefined;
  #folderAtMs = 0;
  #isClosed = false;

  constructor(options: FileChainOptions) {
    this.#options = options;
  }

  get readers(): readonly FileReader[] {
    return this.#links.map((link) => link.reader);
  }

  /** Whatever happens next to the log or to a file it was before is notified of. */
  get isWatched(): boolean {
    const isWatched = this.#links.every((link) => link.unwatch !== undefined);
    return isWatched && this.#log !== undefined && this.#lost.length === 0;
  }

  get checkpoint(): Checkpoint {
    const open = this.readers.map((reader) => reader.position).filter((position) => position !== undefined);
    return { files: [...this.#lost.map(({ position }) => position), ...open], finished: this.#finished.all };
  }

  /** First start: the rotated files count as read, the log is read from its beginning or its end. */
  async begin(from: 'beginning' | 'end'): Promise<void> {
    const { files } = await this.#openFiles();
    const log = files.find((file) => file.isLog);
    const rotated = files.filter((file) => !file.isLog);
    for (const file of rotated.filter(hasBytes)) {
      const isCopy = log !== undefined && (await isCopyOf(file.source, log.source));
      if (!isCopy) this.#finished.add(unreadPosition(file.head), file.source);
    }
    await closeFiles(rotated);
    if (log === undefined) return;
    this.#log = this.#link(log, from === 'end' ? await atEnd(log.source) : atBeginning(log.head));
    this.#lastLog = log.source;
  }

  /** Goes on where a checkpoint left off. */
  async resume(checkpoint: Checkpoint): Promise<void> {
    this.#finished = new FinishedFiles(checkpoint.finished);
    this.#lost = checkpoint.files.map((position) => ({ position, reason: 'file-gone' }));
    await this.#rebuild();
  }

  /** Takes notice of a rotation. True when the files to read are others than before. */
  async lookAround(): Promise<boolean> {
    const { path } = this.#options;
    const [atPath, folderAtMs] = [await statPath(path), await folderChangedAtMs(path)];
    const log = this.#log?.source;
    const isSameLog = atPath === undefined || log === undefined ? atPath === log : isSameFile(atPath, log);
    const isAsBefore = isSameLog && folderAtMs === this.#folderAtMs && this.#lost.length === 0;
    if (isAsBefore && !(await haveBytes(this.#undecided))) return false;
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
      unwatch?.();
      await reader.source.close();
    }
  }

  async #letGo(reader: FileReader): Promise<void> {
    if (reader.head.byteLength > 0) this.#finished.add(reader.position ?? unreadPosition(reader.head), reader.source);
    await this.#unlink(reader);
  }

  async #unlink(reader: FileReader): Promise<void> {
    const link = this.#links.find((candidate) => candidate.reader === reader);
    this.#links = this.#links.filter((candidate) => candidate !== link);
    if (this.#log === reader) this.#log = undefined;
    link?.unwatch?.();
    await reader.source.close();
  }

  async #openFiles(): Promise<{ readonly files: readonly LogFile[]; readonly isComplete: boolean }> {
    const { path, events } = this.#options;
    const changedAtMs = await folderChangedAtMs(path);
    const { files, errors, isSettled } = await openLogFiles(path);
    for (const error of errors) events.readFailed(error);
    this.#folderAtMs = isSettled && Date.now() - changedAtMs >= SETTLED_MS ? changedAtMs : 0;
    return { files, isComplete: isSettled && errors.length === 0 };
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
      for (const reader of this.readers) if (reader.fileId === undefined) reader.expect(await readHead(reader.source));
      const finished = new Set(await this.#finished.recognise([...unclaimed]));
      await this.#findLost(isComplete, unclaimed, finished, readerOf);
      await this.#adoptUnread(files, unclaimed, finished, readerOf);
      this.#sort(files, readerOf);
      if (isComplete) this.#finished.forgetAllBut(files);
    } finally {
      await closeFiles(unclaimed);
    }
  }

  /** A position that is in none of the files is given up only when all files could be looked into. */
  async #findLost(
    isComplete: boolean,
    unclaimed: Set<LogFile>,
    finished: Set<LogFile>,
    readerOf: Map<LogFile, FileReader>,
  ): Promise<void> {
    const stillLost: LostPosition[] = [];
    for (const lost of this.#lost) {
      const { position, reason } = lost;
      const candidates = [...unclaimed].filter((file) => file.isLog || !finished.has(file));
      const located = await locate(position, candidates, this.#options.events);
      if (located.kind === 'found') {
        readerOf.set(located.file, this.#claim(located.file, located.start, unclaimed));
      } else if (located.kind !== 'gone') {
        finished.add(located.file);
        this.#finished.add({ ...unreadPosition(located.file.head), fileId: position.fileId }, located.file.source);
        if (located.kind === 'unreadable') this.#options.events.linesLost('unreadable');
      } else if (isComplete) {
        this.#finished.addGone(position);
        this.#options.events.linesLost(reason);
      } else stillLost.push(lost);
    }
    this.#lost = stillLost;
  }

  async #adoptUnread(
    files: readonly LogFile[],
    unclaimed: Set<LogFile>,
    finished: ReadonlySet<LogFile>,
    readerOf: Map<LogFile, FileReader>,
  ): Promise<void> {
    const originals = await Originals.of(this.readers, files);
    const newestFinished = files.findLastIndex((file) => !file.isLog && finished.has(file));
    const unread = files.filter((file, age) => unclaimed.has(file) && !file.isLog && age > newestFinished);
    const undecided = unread.filter((file) => file.source.grows && !hasBytes(file));
    const log = files.find((file) => file.isLog && unclaimed.has(file));
    if (log !== undefined) {
      const { start, copies } = finished.has(log)
        ? { start: await atEnd(log.source), copies: [] }
        : await this.#beginLog(log, unread);
      for (const copy of copies) unread.splice(unread.indexOf(copy), 1);
      readerOf.set(log, this.#claim(log, start, unclaimed));
    }
    for (const file of unread.filter(hasBytes)) {
      const isCopy = await originals.haveCopy(file, files.indexOf(file));
      if (!isCopy) readerOf.set(file, this.#claim(file, atBeginning(file.head), unclaimed));
      else if (!isWholeHead(file.head)) undecided.push(file);
    }
    this.#undecided = undecided.map((file) => file.path);
  }

  /**
   * Where to begin with a log that nothing of was read, and its copies among the unread. One that a copytruncate is at
   * work on may be read in its copy already: then it is read on, and the copy is left until it is needed.
   */
  async #beginLog(
    log: LogFile,
    unread: readonly LogFile[],
  ): Promise<{ readonly start: StartingPoint; readonly copies: readonly LogFile[] }> {
    if (this.#isKnown(log.source)) {
      for (const reader of this.readers) {
        if (!(await isCopyOf(reader.source, log.source))) continue;
        const { position } = reader;
        const located = position && (await locate(position, [log], this.#options.events));
        if (located !== undefined && located.kind !== 'found') continue;
        await this.#unlink(reader);
        const start = located === undefined ? atBeginning(log.head) : { ...located.start, fileId: undefined };
        return { start, copies: [] };
      }
      const copies: LogFile[] = [];
      for (const file of unread) if (await isCopyOf(file.source, log.source)) copies.push(file);
      if (copies.length > 0) return { start: atBeginning(log.head), copies };
    }
    // looked at again: had it been truncated before its copies were looked for, they would be read and it missed
    return { start: atBeginning(await readHead(log.source)), copies: [] };
  }

  /** Whether the inode was the log before: what was made by a rename is a log of its own, however alike. */
  #isKnown(inode: PathState): boolean {
    if (this.#lastLog !== undefined && isSameFile(this.#lastLog, inode)) return true;
    const { files, finished } = this.checkpoint;
    return [...files, ...finished].some((position) => isSameFile(inodeOf(position), inode));
  }

  #claim(file: LogFile, start: StartingPoint, unclaimed: Set<LogFile>): FileReader {
    unclaimed.delete(file);
    return this.#link(file, start);
  }

  #link(file: LogFile, start: StartingPoint): FileReader {
    const isTaken = (fileId: string): boolean => this.#isTaken(fileId);
    const reader = new FileReader(file.source, start, { ...this.#options, isTaken });
    this.#links = [...this.#links, { reader, unwatch: this.#watch(file.path) }];
    this.#options.events.fileOpened();
    return reader;
  }

  #watch(path: string): (() => void) | undefined {
    try {
      return this.#options.waker.watch(path);
    } catch (error) {
      this.#options.events.watchFailed(error);
      return undefined;
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

  #isTaken(fileId: string): boolean {
    const positions = [...this.#lost.map(({ position }) => position), ...this.#finished.all];
    return [...this.readers, ...positions].some((file) => file.fileId === fileId);
  }
}

function hasBytes(file: LogFile): boolean {
  return file.head.byteLength > 0;
}

/** Of a file that is done with and of which nothing, or who knows what, was read. */
function unreadPosition(head: Uint8Array): FilePosition {
  return { fileId: '', head: markBytes(head), offset: 0, before: NO_BYTES };
}

async function release(file: LogFile, unclaimed: Set<LogFile>): Promise<void> {
  unclaimed.delete(file);
  await file.source.close();
}
