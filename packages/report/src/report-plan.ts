/** How much of each group a page of bounded size shows: some cases in full, more as table rows, the rest as a number. */
import type { AlikeCases } from './alike.ts';
import type { ReportCase } from './report-case.ts';

/** Cases in full: 20 to 40 kB each (measured on the corpus), so a page stays below four megabytes. */
const MAX_IN_FULL = 100;
/** Table rows: about 0.5 kB each (measured). */
const MAX_ROWS = 5000;

export interface PlannedGroup {
  readonly group: AlikeCases;
  readonly inFull: readonly ReportCase[];
  readonly rows: readonly ReportCase[];
  /** Neither: only counted. */
  readonly leftOut: number;
}

/** Each group gets an equal part of the room, and what small groups leave of theirs goes to the others. */
export function planReport(groups: readonly AlikeCases[]): readonly PlannedGroup[] {
  const sizes = groups.map(({ cases }) => cases.length);
  const full = share(sizes, MAX_IN_FULL);
  const rows = share(
    sizes.map((size, at) => size - (full[at] ?? 0)),
    MAX_ROWS,
  );
  return groups.map((group, at) => {
    const [fullCount, rowCount] = [full[at] ?? 0, rows[at] ?? 0];
    return {
      group,
      inFull: group.cases.slice(0, fullCount),
      rows: group.cases.slice(fullCount, fullCount + rowCount),
      leftOut: group.cases.length - fullCount - rowCount,
    };
  });
}

/** Parts of `room`, none larger than what is wanted; equal where the room does not suffice, to within one. */
function share(wanted: readonly number[], room: number): readonly number[] {
  const parts = wanted.map(() => 0);
  const bySize = wanted.map((_, at) => at).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  let left = room;
  for (const [rank, at] of bySize.entries()) {
    const part = Math.min(wanted[at] ?? 0, Math.floor(left / (bySize.length - rank)));
    parts[at] = part;
    left -= part;
  }
  return parts;
}
