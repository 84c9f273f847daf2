/**
 * The payload of a job of the queue `resets`: one error-log line, and where it stood. Producer and consumer both check it,
 * because they are deployed apart. The line travels as the bytes it was (latin1); nothing is parsed into the payload, so
 * a newer correlator reads the lines of an older tailer.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from './parse-json.ts';

/**
 * Versions of the payload; a consumer refuses any other as a dead letter. A job has the lowest version that can say what it
 * says, so that a consumer one release older refuses only what it would misread:
 * 1: a line. 2: also `grouped`, `timezone`. 3: also `unwrittenAtUs`.
 */
export const RESET_JOB_VERSIONS = [1, 2, 3] as const;
export type ResetJobVersion = (typeof RESET_JOB_VERSIONS)[number];

/** Longest line in a job, bytes: twice NGX_MAX_ERROR_STR (2048, nginx src/core/ngx_log.h). */
export const MAX_RAW_LEN = 4096;

/** Longest path Linux takes, bytes (PATH_MAX, include/uapi/linux/limits.h). */
const MAX_PATH_LEN = 4096;
const ID_LEN = 32;

const count = z.int().nonnegative();

const version1 = {
  id: z.string().regex(/^[0-9a-f]{32}$/),
  node: z.string().min(1).max(255),
  file: z.string().min(1).max(MAX_PATH_LEN),
  fileId: z.string().min(1).max(255),
  offset: count,
  raw: z.string().max(MAX_RAW_LEN),
  readAtUs: count,
  kind: z.string().min(1).max(64),
};

const version2 = {
  ...version1,
  grouped: z.int().positive().exactOptional(),
  timezone: z.string().min(1).max(64).exactOptional(),
};

const version3 = {
  ...version2,
  unwrittenAtUs: count.exactOptional(),
};

export const resetJobSchema: z.ZodType<ResetJob> = z.discriminatedUnion('v', [
  z.strictObject({ v: z.literal(1), ...version1 }),
  z.strictObject({ v: z.literal(2), ...version2 }),
  z.strictObject({ v: z.literal(3), ...version3 }),
]);

export interface ResetJob {
  readonly v: ResetJobVersion;
  /** resetJobId of node, fileId and offset; also BullMQ's job id. */
  readonly id: string;
  /** The host whose nginx wrote the line. */
  readonly node: string;
  /** Path of the log on that host, as configured. */
  readonly file: string;
  readonly fileId: string;
  /** Byte offset of the line in its file; of a syslog datagram its number. */
  readonly offset: number;
  /** The line without its newline, one character per byte (ISO 8859-1), at most MAX_RAW_LEN. */
  readonly raw: string;
  /** Wall clock when the tailer, or a container runtime before it, had read the line; microseconds since the Unix epoch. */
  readonly readAtUs: number;
  /** nginx wrote the line between then and readAtUs, where that is known: when the log was last seen to end before it. */
  readonly unwrittenAtUs?: number;
  /** Which line of the family it is, nginx-log's lineKind. */
  readonly kind: string;
  /** Lines like this one, in a storm, that were counted here instead of becoming jobs; this line is not among them. */
  readonly grouped?: number;
  /** Time zone of the nginx that wrote the line, where it is configured for its log; otherwise the consumer's holds. */
  readonly timezone?: string;
}

/** The place of a line. Its hash is the job's id, so that reading the line again makes no second job. */
export interface LinePlace {
  readonly node: string;
  readonly fileId: string;
  readonly offset: number;
}

/** First 32 hex digits of sha256 over the JSON array [node, fileId, offset]. */
export function resetJobId(place: LinePlace): string {
  const text = JSON.stringify([place.node, place.fileId, place.offset]);
  return createHash('sha256').update(text).digest('hex').slice(0, ID_LEN);
}

export interface ReadLine extends LinePlace {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly readAtUs: number;
  /** Null: not known. */
  readonly unwrittenAtUs: number | null;
  readonly kind: string;
  readonly timezone?: string | undefined;
}

/** Makes the job of a line; a line longer than MAX_RAW_LEN is cut to it. */
export function createResetJob(line: ReadLine): ResetJob {
  const { node, file, fileId, offset, bytes, readAtUs, unwrittenAtUs, kind, timezone } = line;
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, MAX_RAW_LEN)).toString('latin1');
  const job = { id: resetJobId(line), node, file, fileId, offset, raw, readAtUs, kind };
  const zoned = timezone === undefined ? job : { ...job, timezone };
  if (unwrittenAtUs !== null) return { v: 3, ...zoned, unwrittenAtUs };
  return timezone === undefined ? { v: 1, ...job } : { v: 2, ...zoned };
}

/** The same job, standing for `count` lines more. */
export function groupResetJobs(job: ResetJob, count: number): ResetJob {
  if (count === 0) return job;
  return { ...job, v: job.v === 3 ? 3 : 2, grouped: (job.grouped ?? 0) + count };
}

/** The line's bytes as they stood in the file. */
export function rawBytes(job: ResetJob): Uint8Array {
  return Buffer.from(job.raw, 'latin1');
}

export type ParsedResetJob =
  | { readonly kind: 'job'; readonly job: ResetJob }
  /** A payload of another version: its producer is newer or older than this program. */
  | { readonly kind: 'unknown-version'; readonly reason: string }
  | { readonly kind: 'invalid'; readonly reason: string };

/** The same of a job that was kept as JSON. */
export function parseResetJobText(text: string): ParsedResetJob {
  return parseResetJob(parseJson(text));
}

/** Checks what came out of the queue. Total: any value has an answer. */
export function parseResetJob(payload: unknown): ParsedResetJob {
  const result = resetJobSchema.safeParse(payload);
  if (result.success) return { kind: 'job', job: result.data };
  const version = typeof payload === 'object' && payload !== null && 'v' in payload ? payload.v : undefined;
  if (version !== undefined && !RESET_JOB_VERSIONS.some((known) => known === version)) {
    const got = JSON.stringify(version)?.slice(0, 40);
    const known = RESET_JOB_VERSIONS.join(', ');
    return {
      kind: 'unknown-version',
      reason: `job payload version ${got}, this program reads versions ${known}; run tailer and correlator of one release`,
    };
  }
  const issue = result.error.issues[0];
  return { kind: 'invalid', reason: `job payload invalid at ${issue?.path.join('.') || 'top'}: ${issue?.message}` };
}
