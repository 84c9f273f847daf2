/**
 * What the API answers, as JSON Schema for the OpenAPI document. Objects are open: fields may be added, never changed. The
 * answers themselves are not made from these; a test holds the two together.
 */

/** JSON Schema 2020-12, as OpenAPI 3.1 has it. */
export type Schema = Readonly<Record<string, unknown>>;

const TIME_US: Schema = { type: 'integer', minimum: 0, description: 'Microseconds since the epoch, UTC.' };
const HARM: Schema = { type: 'string', enum: ['failed', 'may-have-executed', 'harmless', 'unknown'] };
const LEG: Schema = { type: 'string', enum: ['client', 'upstream'] };
const COUNT: Schema = { type: 'integer', minimum: 0 };
const TEXT: Schema = { type: 'string' };

function nullable(schema: Schema): Schema {
  return { anyOf: [schema, { type: 'null' }] };
}

function list(items: Schema): Schema {
  return { type: 'array', items };
}

export function ref(id: string): Schema {
  return { $ref: `${id}#` };
}

function object(properties: Readonly<Record<string, Schema>>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required };
}

const STREAM = object({ index: { type: 'integer' }, originator: TEXT, responder: TEXT });

const REQUEST = object({ method: nullable(TEXT), target: nullable(TEXT), host: nullable(TEXT) });

/** What the store knows about an incident. */
const RECORD = {
  id: TEXT,
  node: { type: 'string', description: 'Host whose log and capture it comes from.' },
  createdAtUs: TIME_US,
  amendedAtUs: nullable(TIME_US),
  resetTsUs: { ...nullable(TIME_US), description: 'Time of the reset on the wire.' },
  groupId: nullable(ref('GroupId')),
  grouped: { type: 'integer', minimum: 0, description: 'Lines of a storm that it stands for besides its own.' },
  logged: { type: 'boolean', description: 'false: found in the packets alone, no log line speaks of it.' },
};

/** Of a verdict, what a list shows. */
const VERDICT = {
  status: { type: 'string', enum: ['matched', 'ambiguous', 'unmatched'] },
  reason: { ...nullable(TEXT), description: 'Why the line was not joined to one connection.' },
  leg: nullable(LEG),
  confidence: { type: 'number', minimum: 0, maximum: 1 },
  phase: nullable(TEXT),
  cause: { ...nullable(TEXT), description: 'Id of a cause in docs/verdicts.md.' },
  title: TEXT,
  harm: HARM,
  normalClose: { type: 'boolean' },
  sentence: TEXT,
  request: REQUEST,
  client: nullable(TEXT),
  upstream: nullable(TEXT),
};

const VERDICT_DETAILS = {
  line: object({ file: TEXT, lineNumber: COUNT, offset: nullable(COUNT), raw: TEXT }),
  loggedAt: TEXT,
  stream: nullable(STREAM),
  alternatives: list(object({ stream: STREAM, confidence: { type: 'number' }, reasons: list(TEXT) })),
  reset: nullable(object({ frame: COUNT, time: TEXT, by: TEXT })),
  causeAlternatives: list(object({ cause: TEXT, title: TEXT, missing: TEXT })),
  outcome: nullable(
    object({ request: TEXT, response: TEXT, delivered: TEXT, status: nullable(COUNT), retrySafe: TEXT }),
  ),
  teardown: nullable(TEXT),
  history: nullable(TEXT),
  wiresharkFilter: nullable(TEXT),
  answers: object({ succeeded: TEXT, who: TEXT, change: TEXT }),
  advice: list(TEXT),
  fixes: list(object({ party: TEXT, text: TEXT })),
  evidence: list(object({ claim: TEXT, frames: list(COUNT), displayFilter: TEXT })),
  ladder: list(object({ frame: nullable(COUNT), atUs: { type: 'number' }, kind: TEXT, flags: TEXT, len: COUNT })),
  trust: object({
    sawSyn: { type: 'boolean' },
    tls: { type: 'boolean' },
    lostPackets: nullable(COUNT),
    flags: list(TEXT),
  }),
};

const BY: Schema = { ...nullable(TEXT), description: 'Who decided; null: nobody signs in here.' };

const GROUP_STATE: Schema = {
  oneOf: [
    object({ kind: { const: 'open' } }),
    object({ kind: { enum: ['expected', 'resolved'] }, sinceUs: TIME_US, by: BY }),
    object({ kind: { const: 'snoozed' }, sinceUs: TIME_US, untilUs: TIME_US, by: BY }),
    object({ kind: { const: 'regressed' }, sinceUs: TIME_US }),
  ],
};

const TOP = list(object({ value: TEXT, count: COUNT, error: COUNT }));

const GROUP_FIELDS = {
  id: ref('GroupId'),
  fingerprint: object({
    leg: LEG,
    cause: TEXT,
    peer: TEXT,
    resetBy: nullable(TEXT),
    phase: nullable(TEXT),
    route: TEXT,
  }),
  count: { ...COUNT, description: 'Incidents ever in it, also those no longer kept.' },
  unlogged: COUNT,
  harms: object({ failed: COUNT, 'may-have-executed': COUNT, harmless: COUNT, unknown: COUNT }),
  firstSeenUs: TIME_US,
  lastSeenUs: TIME_US,
  lastIncidentId: TEXT,
  title: TEXT,
  harm: HARM,
  benign: { type: 'boolean', description: 'Such connections normally end so, and no request of the group has failed.' },
  state: GROUP_STATE,
  top: object({ upstream: TOP, client: TOP, route: TOP }),
};

const TREND = object({ bucketUs: TIME_US, fromUs: TIME_US, counts: { ...list(COUNT), description: 'Oldest first.' } });

const PROBLEM = object({
  type: { type: 'string', const: 'about:blank' },
  title: TEXT,
  status: { type: 'integer', minimum: 400, maximum: 599 },
  detail: TEXT,
});

const COUNTS = object({
  lines: { ...COUNT, description: 'matched + ambiguous + unmatched.' },
  matched: COUNT,
  ambiguous: COUNT,
  unmatched: COUNT,
  unmatchedBy: list(object({ reason: TEXT, count: COUNT })),
  unlogged: { ...COUNT, description: 'Incidents that no line speaks of: no part of lines.' },
});

/** Of a part that could not be read: null. */
const STATUS = object({
  counts: ref('Counts'),
  nowUs: TIME_US,
  apps: nullable(list(object({ app: TEXT, node: TEXT }))),
  causes: nullable(
    list(
      object({ cause: TEXT, title: TEXT, minutes: { ...list(COUNT), description: 'Of the last hour, newest last.' } }),
    ),
  ),
  ledger: nullable(object({})),
  unlogged: nullable(COUNT),
  reasons: nullable(list(object({ reason: TEXT, lines: COUNT, lastHour: COUNT }))),
  rings: nullable(list(object({ node: TEXT }))),
  queue: nullable(object({ waiting: COUNT, active: COUNT, failed: COUNT })),
  outbox: nullable(object({})),
});

/** By name, as the document lists them. */
export const SCHEMAS: Readonly<Record<string, Schema>> = {
  GroupId: { type: 'string', pattern: '^[0-9a-f]{16}$' },
  IncidentSummary: object({ ...RECORD, ...VERDICT }),
  StoredIncident: object({
    ...RECORD,
    incident: object({ ...VERDICT, ...VERDICT_DETAILS }),
  }),
  Group: object(GROUP_FIELDS),
  ListedGroup: object({ ...GROUP_FIELDS, inRange: object({ count: COUNT, trend: TREND }) }),
  Counts: COUNTS,
  Status: STATUS,
  Problem: PROBLEM,
};

/** What a person can set; `regressed` is found out. */
export const DECISION: Schema = {
  type: 'object',
  oneOf: [
    {
      required: ['kind'],
      properties: { kind: { type: 'string', enum: ['open', 'expected', 'resolved'] } },
      additionalProperties: false,
    },
    {
      required: ['kind', 'untilUs'],
      properties: { kind: { type: 'string', const: 'snoozed' }, untilUs: TIME_US },
      additionalProperties: false,
    },
  ],
};
