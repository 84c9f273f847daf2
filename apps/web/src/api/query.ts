/**
 * Query strings of the API: those of the pages, so that a filter found there can be taken over here. Only that the pages ignore
 * what they do not understand, and the API refuses it: a program that mistypes a filter must not get everything.
 */
import { HARM_WORDS, REASON_WORDS } from '@resetscope/report';
import { ORDERS, STATES, STATUSES } from '../list-filter.ts';
import { SPANS } from '../time-range.ts';
import type { Schema } from './schemas.ts';

const DEFAULT_LIMIT = 50;
/** Incidents or groups in one answer. */
const MAX_LIMIT = 200;
/** Longer values find nothing (list-filter.ts). */
const MAX_TEXT_LEN = 256;

const TIME = {
  type: 'string',
  pattern: String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z?$`,
  description: 'UTC, when no range is given.',
};

function text(description: string): Schema {
  return { type: 'string', minLength: 1, maxLength: MAX_TEXT_LEN, description };
}

function oneOf(values: readonly string[], description: string): Schema {
  return { type: 'string', enum: values, description };
}

const LIMIT: Schema = { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT };

/** Of groups and incidents alike. */
const FILTER: Readonly<Record<string, Schema>> = {
  range: oneOf([...SPANS.map(({ name }) => name), 'all'], 'Up to now; without range, from and to: 24h.'),
  from: TIME,
  to: TIME,
  cause: { type: 'string', pattern: '^[a-z0-9-]{1,64}$', description: 'Id of a cause in docs/verdicts.md.' },
  leg: oneOf(['client', 'upstream'], 'Which of nginx’s two connections.'),
  harm: oneOf(Object.keys(HARM_WORDS), 'What it meant for the request.'),
  upstream: text('address:port, or an address with any port.'),
  client: text('An address, or its network: 10.1.2.0/24.'),
  text: text('Part of the log line, in any case.'),
};

function query(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', additionalProperties: false, properties: { limit: LIMIT, ...properties, ...FILTER } };
}

export const INCIDENT_QUERY: Schema = query({
  after: { type: 'string', pattern: String.raw`^\d{16}:[\w.:-]{1,128}$`, description: 'next of the page before.' },
  group: { type: 'string', pattern: '^[0-9a-f]{16}$', description: 'Of this group alone.' },
  status: oneOf(STATUSES, 'What became of the line; unlogged: there is none.'),
  reason: oneOf(Object.keys(REASON_WORDS), 'Why a line has no single connection.'),
  code: { type: 'string', pattern: String.raw`^[1-5]\d\d$`, description: 'HTTP status code seen.' },
});

export interface IncidentQuery {
  readonly limit: number;
  readonly after?: string;
  readonly group?: string;
}

export const GROUP_QUERY: Schema = query({
  page: { type: 'integer', minimum: 1, maximum: 999, default: 1, description: 'next of the page before.' },
  state: oneOf(STATES, 'What people have decided; active: nothing, or it has come back. Default active.'),
  order: oneOf(ORDERS, 'What hurts first (default), newest first, most first, or begun last.'),
});

export interface GroupQuery {
  readonly limit: number;
  readonly page: number;
}
