/** When the packets of a line were on the wire, as far as the line tells. */
import type { LogLine } from '@resetscope/diagnosis';
import type { TimeWindow } from '@resetscope/ring';

/** Resets this long before a line are looked at: stalled workers log up to seconds late (measured 3.7 s). */
export const LOOK_BACK_US = 6_000_000;
/** Clock jitter between the capture's packet times and the tailer's reads. */
const LOOK_AHEAD_US = 10_000;
/** A stamp has whole seconds. */
const STAMP_US = 1_000_000;
/** Lines matched together span this at most: the ring is asked about as much time again. */
const TOGETHER_US = 5_000_000;

/** The latest the line can have been written. */
export function writtenUs(line: LogLine): number {
  return line.readAtUs ?? line.stampUs + STAMP_US;
}

/** The same by its stamp, however late it was read; a worker that stalls writes even later. */
export function stampedUntilUs(line: LogLine): number {
  return Math.min(writtenUs(line), line.stampUs + STAMP_US);
}

/** Where the reset of the line is looked for. */
export function windowOf(line: LogLine): TimeWindow {
  const { readAtUs, stampUs } = line;
  if (readAtUs !== null) return { fromUs: readAtUs - LOOK_BACK_US, toUs: readAtUs + LOOK_AHEAD_US };
  return { fromUs: stampUs - LOOK_BACK_US, toUs: stampUs + STAMP_US + LOOK_BACK_US };
}

/** The window that holds all of theirs; at least one line. */
export function windowOfAll(lines: readonly LogLine[]): TimeWindow {
  const windows = lines.map(windowOf);
  return { fromUs: Math.min(...windows.map((w) => w.fromUs)), toUs: Math.max(...windows.map((w) => w.toUs)) };
}

/** Lines near in time together, earliest first, each group in the order in which the lines were written. */
export function timeGroups<T extends { readonly line: LogLine }>(pending: readonly T[]): readonly (readonly T[])[] {
  const groups: T[][] = [];
  let startUs = Number.NEGATIVE_INFINITY;
  for (const item of inWrittenOrder(pending)) {
    const group = groups.at(-1);
    if (group !== undefined && writtenUs(item.line) - startUs <= TOGETHER_US) {
      group.push(item);
      continue;
    }
    groups.push([item]);
    startUs = writtenUs(item.line);
  }
  return groups;
}

/** A line whose times are moved to another clock; a stamp alone is moved by the matcher. */
export function movedBy(line: LogLine, offsetUs: number): LogLine {
  const { readAtUs, unwrittenAtUs } = line;
  if (offsetUs === 0 || readAtUs === null) return line;
  return { ...line, readAtUs: readAtUs + offsetUs, unwrittenAtUs: unwrittenAtUs && unwrittenAtUs + offsetUs };
}

/** In the order in which nginx wrote the lines, as far as it is known. */
export function inWrittenOrder<T extends { readonly line: LogLine }>(items: readonly T[]): readonly T[] {
  return items.toSorted((a, b) => writtenUs(a.line) - writtenUs(b.line) || offsetOf(a) - offsetOf(b));
}

function offsetOf({ line }: { readonly line: LogLine }): number {
  return line.ref.offset ?? 0;
}
