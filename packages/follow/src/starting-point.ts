/** Where in an opened file reading begins: at its end, or where a checkpoint left off. */
import { BEFORE_MAX_LEN, type ByteMark, isWholeHead, markBytes, startsWithMark } from './byte-mark.ts';
import type { ByteSource } from './byte-source.ts';
import type { FilePosition } from './checkpoint.ts';
import type { FollowEvents } from './follow-events.ts';
import { isSameFile, type LogFile, type PathState, readHead } from './log-files.ts';

export interface StartingPoint {
  /** undefined: known when the head is whole. */
  readonly fileId: string | undefined;
  readonly head: Uint8Array;
  readonly offset: number;
  /** The bytes right before offset, BEFORE_MAX_LEN of them or all there are. */
  readonly before: Uint8Array;
}

const NOTHING = new Uint8Array(0);

const WHOLE_FILE: StartingPoint = { fileId: undefined, head: NOTHING, offset: 0, before: NOTHING };

const NEWLINE = 0x0a;
const STEP_LEN = 64 * 1024;

/** The head, once it is whole, is what the first read must find: a file may be truncated before it is read. */
export function atBeginning(head: Uint8Array): StartingPoint {
  return isWholeHead(head) ? { ...WHOLE_FILE, head } : WHOLE_FILE;
}

/** After the last complete line of a plain file. */
export async function atEnd(source: ByteSource): Promise<StartingPoint> {
  const offset = await afterLastNewline(source);
  if (offset === 0) return WHOLE_FILE;
  return { fileId: undefined, head: await readHead(source), offset, before: await readBefore(source, offset) };
}

async function afterLastNewline(source: ByteSource): Promise<number> {
  const step = new Uint8Array(STEP_LEN);
  for (let end = await source.size(); end > 0; end -= STEP_LEN) {
    const start = Math.max(0, end - STEP_LEN);
    const count = await source.read(step.subarray(0, end - start), start);
    const newline = step.subarray(0, count).lastIndexOf(NEWLINE);
    if (newline >= 0) return start + newline + 1;
  }
  return 0;
}

export async function readBefore(
  source: ByteSource,
  offset: number,
  len: number = BEFORE_MAX_LEN,
): Promise<Uint8Array> {
  const before = new Uint8Array(Math.min(offset, len));
  return before.subarray(0, await source.read(before, offset - before.byteLength));
}

/** Whether the file has before the position what was read there. One that cannot be asked is believed. */
export async function holds(file: LogFile, position: FilePosition): Promise<boolean> {
  const { offset, before } = position;
  if (before.len === 0) return true;
  try {
    return isMarked(await readBefore(file.source, offset, before.len), before);
  } catch {
    return true;
  }
}

function isMarked(bytes: Uint8Array, mark: ByteMark): boolean {
  return bytes.byteLength === mark.len && markBytes(bytes).hash === mark.hash;
}

export type Located =
  | { readonly kind: 'found'; readonly file: LogFile; readonly start: StartingPoint }
  /** A copy that ends before the position: it was taken before the last lines were read, so nothing is missing. */
  | { readonly kind: 'shorter'; readonly file: LogFile }
  /** It may be this one, whose bytes cannot be read. */
  | { readonly kind: 'unreadable'; readonly file: LogFile }
  | { readonly kind: 'gone' };

/** Which of the files holds what was written at `position`: the file itself, or a copy of it, gzipped or not. */
export async function locate(position: FilePosition, files: Iterable<LogFile>, events: FollowEvents): Promise<Located> {
  const alike = [...files].filter((file) => startsWithMark(file.head, position.head));
  const itself = alike.filter((file) => isItself(file, position));
  let second: Located = { kind: 'gone' };
  for (const file of [...itself, ...alike.filter((copy) => !itself.includes(copy))]) {
    const { fileId, offset } = position;
    const before = await readBefore(file.source, offset, position.before.len).catch((error) => {
      events.readFailed(error);
      return undefined;
    });
    if (before !== undefined && isMarked(before, position.before)) {
      return { kind: 'found', file, start: { fileId, head: file.head, offset, before } };
    }
    if (second.kind === 'shorter' || file.isLog) continue;
    if (before === undefined) second = { kind: 'unreadable', file };
    else if (before.byteLength < position.before.len) second = { kind: 'shorter', file };
  }
  return second;
}

/** Whether the inode is the one the position was taken in. */
function isItself(file: LogFile, position: FilePosition): boolean {
  return isSameFile(file.source, inodeOf(position));
}

/** The inode that a position was taken in. */
export function inodeOf({ fileId }: FilePosition): PathState {
  const [dev, ino] = fileId.split(':');
  return { dev: Number(dev), ino: Number(ino) };
}
