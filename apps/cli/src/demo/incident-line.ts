/** An incident in one line, for the live list. */
import type { StoredIncident } from '@resetscope/incidents';
import { visibleText } from '@resetscope/report';
import type { Color, Terminal } from '../terminal.ts';
import { cutTo } from '../terminal.ts';

const STATUS_COLORS: Readonly<Record<StoredIncident['incident']['status'], Color>> = {
  matched: 'green',
  ambiguous: 'yellow',
  unmatched: 'red',
};

/** A mark in place of the status where room is short. */
const STATUS_MARKS: Readonly<Record<StoredIncident['incident']['status'], string>> = {
  matched: '✓',
  ambiguous: '?',
  unmatched: '✗',
};

/** A narrower terminal keeps its room for the sentence: no cause, the status as a mark. */
const WIDE_COLUMNS = 160;

/** Widths of the columns before the sentence. */
const STATUS_LEN = 9;
const CAUSE_LEN = 32;

/** `06:35:12.728  matched    client-rst-after-complete  The client ...`, cut to the terminal. Local time. */
export function incidentLine({ incident, createdAtUs }: StoredIncident, terminal: Terminal): string {
  const time = timeOfDay(createdAtUs);
  const isWide = terminal.columns >= WIDE_COLUMNS;
  const status = isWide ? incident.status.padEnd(STATUS_LEN) : STATUS_MARKS[incident.status];
  const cause = isWide ? `${visibleText(incident.cause ?? incident.reason ?? '').padEnd(CAUSE_LEN)}  ` : '';
  const room = terminal.columns - ` ${time}  ${status}  ${cause}`.length - 1;
  const sentence = cutTo(room, visibleText(incident.sentence));
  return ` ${time}  ${terminal.paint(STATUS_COLORS[incident.status], status)}  ${terminal.paint('cyan', cause)}${sentence}`;
}

/** `06:35:12.728` */
function timeOfDay(tsUs: number): string {
  const at = new Date(tsUs / 1000);
  const hms = [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map((value) => String(value).padStart(2, '0'))
    .join(':');
  return `${hms}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}
