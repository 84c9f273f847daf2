/** Lines as nginx writes them, read by the real parser. */
import { parseErrorLogLine } from '@resetscope/nginx-log';
import { type LogLine, logLine } from '../log-line.ts';

/** The fields that tests vary; the rest is nginx's usual text. */
export interface LineParts {
  /** `06:35:12`, UTC, on the day of START_US. */
  readonly at?: string;
  readonly level?: 'info' | 'error';
  /** The process, `*N`. */
  readonly pid?: number;
  readonly connectionNumber?: number;
  readonly message?: string;
  /** Without `while `; empty: none. */
  readonly action?: string;
  /** null: neither this field nor `server`. */
  readonly client?: string | null;
  /** Request line; null: no such field. */
  readonly request?: string | null;
  /** As nginx prints it: `http://10.0.1.3:8080/pay`. */
  readonly upstream?: string | null;
  readonly host?: string | null;
  readonly readAtUs?: number | null;
  readonly unwrittenAtUs?: number | null;
  readonly lineNumber?: number;
}

export function lineText(parts: LineParts): string {
  const { at = '06:35:12', level = 'info', pid = 7, connectionNumber = 3, client = '10.0.0.1' } = parts;
  const { message = 'recv() failed (104: Connection reset by peer)', action = 'sending to client' } = parts;
  const { request = 'GET /a HTTP/1.1', upstream = null, host = 'shop.test' } = parts;
  return [
    `2026/11/22 ${at} [${level}] ${pid}#${pid}: *${connectionNumber} ${message}${action === '' ? '' : ` while ${action}`}`,
    ...(client === null ? [] : [`client: ${client}`, 'server: shop.test']),
    ...(request === null ? [] : [`request: "${request}"`]),
    ...(upstream === null ? [] : [`upstream: "${upstream}"`]),
    ...(host === null ? [] : [`host: "${host}"`]),
  ].join(', ');
}

/** @throws Error when the text is no log entry. */
export function lineOf(parts: LineParts = {}): LogLine {
  const raw = lineText(parts);
  const parsed = parseErrorLogLine(Uint8Array.from(raw, (c) => c.charCodeAt(0)));
  if (parsed.kind !== 'entry') throw new Error(`not a log entry: ${raw}`);
  const ref = { file: 'error.log', lineNumber: parts.lineNumber ?? 1, offset: null, raw };
  const { readAtUs = null, unwrittenAtUs = null } = parts;
  return logLine(ref, parsed.entry, 'UTC', { readAtUs, unwrittenAtUs });
}
