/**
 * The names logrotate gives to rotated files: `error.log.1`, `error.log.2.gz`, `error.log-20261122`,
 * `error.log-1795305600.gz` (dateext), and with the directive `extension .log` also `error.1.log`, `error-20261122.log`.
 */

export interface RotatedName {
  readonly name: string;
  readonly rank: RotationRank;
  readonly gzipped: boolean;
}

export type RotationRank =
  /** logrotate counts up as files age: 1 is the newest. */
  | { readonly kind: 'number'; readonly number: number }
  /** Dates sort as text. */
  | { readonly kind: 'date'; readonly date: string };

/** Counters have up to 4 digits; the shortest date has 6 (%y%m%d). */
const NUMBER = /^\d{1,4}$/;
const DATE = /^\d[\d_:T-]{4,}\d$/;

/** undefined: `name` is not a rotated file of the log `base`. */
export function parseRotatedName(base: string, name: string): RotatedName | undefined {
  const gzipped = name.endsWith('.gz');
  const plain = gzipped ? name.slice(0, -'.gz'.length) : name;
  const suffix = suffixAfter(base, plain) ?? suffixInside(base, plain);
  if (suffix === undefined) return undefined;
  if (NUMBER.test(suffix)) return { name, gzipped, rank: { kind: 'number', number: Number(suffix) } };
  return DATE.test(suffix) ? { name, gzipped, rank: { kind: 'date', date: suffix } } : undefined;
}

function suffixAfter(base: string, name: string): string | undefined {
  return name.startsWith(`${base}.`) || name.startsWith(`${base}-`) ? name.slice(base.length + 1) : undefined;
}

/** The suffix of `error-SUFFIX.log` for the log `error.log`. */
function suffixInside(base: string, name: string): string | undefined {
  const dot = base.lastIndexOf('.');
  if (dot <= 0 || !name.endsWith(base.slice(dot))) return undefined;
  return suffixAfter(base.slice(0, dot), name.slice(0, dot - base.length));
}

/**
 * The rotated files of a log, oldest first. Where a file stands both plain and gzipped, gzip is still at work and the
 * plain one counts. Dates come before numbers: a log that has both changed from dateext to counting, or back, once.
 */
export function sortRotatedNames(base: string, names: readonly string[]): readonly RotatedName[] {
  const rotated = names.map((name) => parseRotatedName(base, name)).filter((name) => name !== undefined);
  const plain = new Set(rotated.filter((name) => !name.gzipped).map((name) => name.name));
  return rotated
    .filter((name) => !name.gzipped || !plain.has(name.name.slice(0, -'.gz'.length)))
    .sort((a, b) => compareRanks(a.rank, b.rank));
}

function compareRanks(a: RotationRank, b: RotationRank): number {
  if (a.kind === 'number' && b.kind === 'number') return b.number - a.number;
  if (a.kind === 'date' && b.kind === 'date') return a.date < b.date ? -1 : Number(a.date > b.date);
  return a.kind === 'date' ? -1 : 1;
}
