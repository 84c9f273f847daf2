/**
 * Incidents as a table for a spreadsheet (RFC 4180). What came from log or wire stays text there too: a cell that a spreadsheet
 * would take for a formula gets an apostrophe in front, as OWASP's "CSV Injection" advises.
 */
import type { Incident } from '@resetscope/diagnosis';
import { visibleText } from './visible-text.ts';

export interface CsvIncident {
  readonly id: string;
  readonly node: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly incident: Incident;
}

type Cell = string | number | null | undefined;

/** Name of a column -> its cell. Names are fixed; columns may be added at the end. */
const COLUMNS: readonly (readonly [name: string, cell: (row: CsvIncident) => Cell])[] = [
  ['id', ({ id }) => id],
  ['created_at', ({ createdAt }) => createdAt],
  ['node', ({ node }) => node],
  ['status', ({ incident }) => incident.status],
  ['reason', ({ incident }) => incident.reason],
  ['harm', ({ incident }) => incident.harm],
  ['cause', ({ incident }) => incident.cause],
  ['confidence', ({ incident }) => incident.confidence],
  ['leg', ({ incident }) => incident.leg],
  ['reset_by', ({ incident }) => incident.reset?.by],
  ['phase', ({ incident }) => incident.phase],
  ['delivered', ({ incident }) => incident.outcome?.delivered],
  ['retry_safe', ({ incident }) => incident.outcome?.retrySafe],
  ['status_code', ({ incident }) => incident.outcome?.status],
  ['originator', ({ incident }) => incident.stream?.originator],
  ['responder', ({ incident }) => incident.stream?.responder],
  ['method', ({ incident }) => incident.request.method],
  ['host', ({ incident }) => incident.request.host],
  ['target', ({ incident }) => incident.request.target],
  ['sentence', ({ incident }) => incident.sentence],
];

/** Lines ended by CRLF, the names first. */
export function renderIncidentsCsv(rows: readonly CsvIncident[]): string {
  const lines = rows.map((row) => COLUMNS.map(([, cell]) => csvCell(cell(row))));
  return [COLUMNS.map(([name]) => name), ...lines].map((cells) => `${cells.join(',')}\r\n`).join('');
}

/** What begins a formula in a spreadsheet; a tab or a newline cannot, they are named before. */
const FORMULA = /^[=+\-@]/;

/** Numbers as they are; text in quotes, on one line, never a formula. */
export function csvCell(value: Cell): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = visibleText(value).replaceAll('"', '""');
  return `"${FORMULA.test(text.trimStart()) ? `'${text}` : text}"`;
}
