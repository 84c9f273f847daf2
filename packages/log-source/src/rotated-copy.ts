/**
 * Which of the files that a wide pattern finds are rotated copies, and so no logs of their own: `error.log.1` beside
 * `error.log` is read as the past of that log, and would otherwise be delivered twice. Decided by name:
 * - what ends like a compressed file is a copy;
 * - `X.1`, `X-20261122` are copies of X when X is there, has been followed, or ends in `.log`;
 * - `error.1.log`, `error-20261122.log` (logrotate's `extension`) only when `error.log` is there or has been followed,
 *   because logs of several servers are numbered like this too.
 */

const COMPRESSED = /\.(?:gz|bz2|xz|zst|lz4|lzma|Z|zip)$/;
/** logrotate's counters have up to 4 digits; its dates begin and end with a digit, the shortest is `%y%m%d`. */
const COUNTER_OR_DATE = String.raw`[.-](?:\d{1,4}|\d[\d_:T-]{4,}\d)`;
const SUFFIX_AFTER = new RegExp(`^(.+?)${COUNTER_OR_DATE}$`);
const SUFFIX_INSIDE = new RegExp(`^(.+?)${COUNTER_OR_DATE}(\\.[^.]+)$`);

/** isLog: whether a name of the same folder is there as a file, or was followed before. */
export function isRotatedCopy(name: string, isLog: (name: string) => boolean): boolean {
  if (COMPRESSED.test(name)) return true;
  const base = SUFFIX_AFTER.exec(name)?.[1];
  if (base !== undefined && (base.endsWith('.log') || isLog(base))) return true;
  const inside = SUFFIX_INSIDE.exec(name);
  return inside !== null && isLog(`${inside[1]}${inside[2]}`);
}
