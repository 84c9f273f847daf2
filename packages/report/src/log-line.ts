/** The log line as written, cut into the parts a match rests on and the rest. */
import type { Incident } from '@resetscope/diagnosis';

export interface LinePart {
  readonly text: string;
  /** The match rests on this part. */
  readonly matched: boolean;
}

/** `2026/11/22 07:55:15` at the head of every line (nginx src/core/ngx_times.c, ngx_time_update). */
const STAMP = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d/;

/** `(104: Connection reset by peer)`; the text is the C library's, the number is what counts. */
const ERRNO = /\(\d{1,3}: [^()]{1,60}\)/;

/** Bytes shown of a line. nginx cuts at 2048 (ngx_log.h, NGX_MAX_ERROR_STR), OpenResty at 4096: a longer one is none of theirs. */
const SHOWN_LEN = 4096;

/** The line as written, to show: what is beyond any nginx line is counted instead. */
export function shownLine({ raw }: Pick<Incident['line'], 'raw'>): string {
  return raw.length <= SHOWN_LEN ? raw : `${raw.slice(0, SHOWN_LEN)}… ${raw.length - SHOWN_LEN} more bytes`;
}

/** Parts in order; joined they are the shown line. Fields are looked for in the order nginx writes them, each once. */
export function logLineParts(
  incident: Pick<Incident, 'line' | 'client' | 'request' | 'upstream'>,
): readonly LinePart[] {
  const raw = shownLine(incident.line);
  const { method, target, host } = incident.request;
  const requestLine = target === null ? null : [method, target].filter((part) => part !== null).join(' ');
  const parts: LinePart[] = [];
  let at = 0;
  const mark = (start: number, length: number): void => {
    if (start < at || length === 0) return;
    if (start > at) parts.push({ text: raw.slice(at, start), matched: false });
    parts.push({ text: raw.slice(start, start + length), matched: true });
    at = start + length;
  };
  const markField = (lead: string, value: string | null): void => {
    if (value === null || value === '') return;
    const field = raw.indexOf(lead, at);
    const start = field < 0 ? -1 : raw.indexOf(value, field + lead.length);
    mark(start, value.length);
  };
  mark(0, STAMP.exec(raw)?.[0].length ?? 0);
  const errno = ERRNO.exec(raw);
  mark(errno?.index ?? -1, errno?.[0].length ?? 0);
  markField('client: ', incident.client);
  markField('request: "', requestLine);
  markField('upstream: "', incident.upstream);
  markField('host: "', host);
  if (at < raw.length) parts.push({ text: raw.slice(at), matched: false });
  return parts;
}
