/**
 * One record of a container's log file, as the runtime writes it:
 *   Docker's json-file  {"log":"LINE\n","stream":"stderr","time":"2026-11-22T07:59:09.123456789Z"}
 *   Kubernetes (CRI)    2026-11-22T07:59:09.123456789Z stderr F LINE
 * A line longer than 16 KB is cut into several records: all but the last end without `\n`, or are marked `P`.
 */
import { Buffer } from 'node:buffer';
import { unwrapLine } from '@resetscope/nginx-log';

export interface ContainerRecord {
  /** `stdout`, `stderr`: the pieces of a line come by one stream, mixed with those of the other. */
  readonly stream: string;
  /** Without its LF. */
  readonly bytes: Uint8Array;
  /** When the runtime had read it from the container, microseconds since the Unix epoch; null when it does not say. */
  readonly collectedUs: number | null;
  /** The line goes on in the next record of this stream. */
  readonly isPartial: boolean;
}

const BRACE_OPEN = 0x7b;
const SLASH = 0x2f;
const CRI_HEAD = /^\d{4}-\d\d-\d\dT[0-9:.]{8,18}(?:Z|[+-]\d\d:\d\d) (stdout|stderr) ([FP]) /;
const CRI_HEAD_MAX_LEN = 128;

/** Null: not a record. Total. */
export function parseContainerRecord(bytes: Uint8Array): ContainerRecord | null {
  return bytes[0] === BRACE_OPEN ? parseJsonRecord(bytes) : parseCriRecord(bytes);
}

function parseJsonRecord(bytes: Uint8Array): ContainerRecord | null {
  const record = parseJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  if (typeof record !== 'object' || record === null || !('log' in record) || typeof record.log !== 'string')
    return null;
  const stream = 'stream' in record && typeof record.stream === 'string' ? record.stream.slice(0, 16) : '';
  const { line, collectedUs } = unwrapLine(bytes);
  return { stream, bytes: line, collectedUs, isPartial: !record.log.endsWith('\n') };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function parseCriRecord(bytes: Uint8Array): ContainerRecord | null {
  const head = CRI_HEAD.exec(Buffer.from(bytes.subarray(0, CRI_HEAD_MAX_LEN)).toString('latin1'));
  if (head === null) return null;
  const { collectedUs } = unwrapLine(bytes);
  return { stream: head[1] ?? '', bytes: bytes.subarray(head[0].length), collectedUs, isPartial: head[2] === 'P' };
}

/** How the lines of a log are wrapped. */
export type LogFormat = 'nginx' | 'container';

/** What one line says about the format of its log; undefined: nothing. Plain lines of nginx begin `YYYY/`. */
export function formatOf(bytes: Uint8Array): LogFormat | undefined {
  if (bytes[4] === SLASH && bytes[7] === SLASH) return 'nginx';
  return parseContainerRecord(bytes) === null ? undefined : 'container';
}
