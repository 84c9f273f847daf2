/** What the tailer makes of a line that may be of the reset family: a job, or nothing. Pure. */
import { createResetJob, type ResetJob } from '@resetscope/jobs';
import type { SourceLine } from '@resetscope/log-source';
import {
  type ErrorLogEntry,
  isResetFamily,
  type LineKind,
  lineKind,
  parseErrorLogLine,
  type SuspectFlag,
} from '@resetscope/nginx-log';
import { type AccessKey, keysOfError } from './access-key.ts';

/**
 * `job`: of the reset family. `left-out`: of it too, and of a kind that is not asked for. `other`: any other line of nginx.
 * `continuation`: no stamp at its start, the rest of a message that held a newline. `not-a-log-line`: a stamp, and then not nginx.
 */
export const LINE_CLASSES = ['job', 'left-out', 'other', 'continuation', 'not-a-log-line'] as const;
export type LineClass = (typeof LINE_CLASSES)[number];

export interface PendingJob {
  readonly kind: 'job';
  readonly lineKind: LineKind;
  readonly job: ResetJob;
  /** Equal for lines that tell of the same trouble: kind, errno, phrase, server and upstream peer, but no client. */
  readonly likeness: string;
  /** Reasons to doubt that nginx wrote the line as it stands. */
  readonly doubts: readonly SuspectFlag[];
  /** Of the access lines that may belong to it. */
  readonly accessKeys: readonly AccessKey[];
}

export type Classified =
  | PendingJob
  | { readonly kind: 'left-out'; readonly lineKind: LineKind }
  | { readonly kind: Exclude<LineClass, 'job' | 'left-out'> };

/** Where the line comes from. */
export interface LineOrigin {
  readonly node: string;
  /** Configured for its log. */
  readonly timezone: string | undefined;
}

/** kinds: that become jobs. */
export function classify(line: SourceLine, origin: LineOrigin, kinds: ReadonlySet<LineKind>): Classified {
  const parsed = parseErrorLogLine(line.bytes);
  if (parsed.kind !== 'entry') return { kind: parsed.kind };
  const { entry } = parsed;
  if (!isResetFamily(entry)) return { kind: 'other' };
  const kind = lineKind(entry);
  if (!kinds.has(kind)) return { kind: 'left-out', lineKind: kind };
  const job = createResetJob({ ...line, ...origin, kind });
  const likeness = likenessOf(entry, kind);
  return { kind: 'job', lineKind: kind, job, likeness, doubts: entry.flags, accessKeys: keysOfError(entry) };
}

function likenessOf({ errno, action, server, upstream }: ErrorLogEntry, kind: LineKind): string {
  const phrase = action?.kind === 'known' ? action.phrase : null;
  const peer = upstream === null ? null : [upstream.address ?? upstream.unixPath ?? upstream.name, upstream.port];
  return JSON.stringify([kind, errno, phrase, server, peer]);
}
