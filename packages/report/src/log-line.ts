/** The log line as written, cut into the fields a match rests on and the rest. */
import type { Incident } from '@resetscope/diagnosis';

/** What of a line a connection is compared with. */
export type LineField = 'stamp' | 'action' | 'errno' | 'client' | 'request' | 'upstream' | 'host';

export interface LinePart {
  readonly text: string;
  /** Null: the match does not rest on this part. */
  readonly field: LineField | null;
}

/** `2026/11/22 07:55:15` at the head of every line (nginx src/core/ngx_times.c, ngx_time_update). */
const STAMP = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d/;

/** `(104: Connection reset by peer)`; the text is the C library's, the number is what counts. */
const ERRNO = /\(\d{1,3}: [^()]{1,60}\)/;

/** `while reading response header from upstream`, up to the comma: it decides which phases fit. */
const ACTION = /while [a-zA-Z][a-zA-Z /0-9]{1,60}(?=,|$)/;

/** Bytes shown of a line. nginx cuts at 2048 (ngx_log.h, NGX_MAX_ERROR_STR), OpenResty at 4096: a longer one is none of theirs. */
const SHOWN_LEN = 4096;

/** The line as written, to show: what is beyond any nginx line is counted instead. */
export function shownLine({ raw }: Pick<Incident['line'], 'raw'>): string {
  return raw.length <= SHOWN_LEN ? raw : `${raw.slice(0, SHOWN_LEN)}… ${raw.length - SHOWN_LEN} more bytes`;
}

/** In place of a line, of an incident that has none. */
export function noLineWords({ why }: Pick<Incident, 'why'>): string {
  const told = 'nginx wrote no line about this connection; it was found in the packets alone.';
  return why === undefined ? told : `${told} ${why.text}`;
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
  const mark = (field: LineField, start: number, length: number): void => {
    if (start < at || length === 0) return;
    if (start > at) parts.push({ text: raw.slice(at, start), field: null });
    parts.push({ text: raw.slice(start, start + length), field });
    at = start + length;
  };
  const markPattern = (field: LineField, pattern: RegExp): void => {
    const found = pattern.exec(raw);
    mark(field, found?.index ?? -1, found?.[0].length ?? 0);
  };
  const markValue = (field: LineField, lead: string, value: string | null): void => {
    if (value === null || value === '') return;
    const found = raw.indexOf(lead, at);
    mark(field, found < 0 ? -1 : raw.indexOf(value, found + lead.length), value.length);
  };
  markPattern('stamp', STAMP);
  markPattern('errno', ERRNO);
  markPattern('action', ACTION);
  markValue('client', 'client: ', incident.client);
  markValue('request', 'request: "', requestLine);
  markValue('upstream', 'upstream: "', incident.upstream);
  markValue('host', 'host: "', host);
  if (at < raw.length) parts.push({ text: raw.slice(at), field: null });
  return parts;
}
