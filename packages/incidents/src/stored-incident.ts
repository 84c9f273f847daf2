/** An incident as the store keeps it: the verdict, and what the store knows about it. */
import type { Incident } from '@resetscope/diagnosis';
import { z } from 'zod';
import { boundedText } from './bounded-text.ts';
import { counterOf } from './counts.ts';
import { factsOf } from './incident-facts.ts';
import { termsOf } from './index-term.ts';
import { timeDigits } from './keys.ts';
import { parseJson } from './parse-json.ts';

export interface StoredIncident {
  readonly id: string;
  /** Host whose log and capture it comes from. */
  readonly node: string;
  readonly createdAtUs: number;
  /** Time of the latest change of the verdict; null when it never changed. */
  readonly amendedAtUs: number | null;
  /** Time of the reset on the wire; null without a match. */
  readonly resetTsUs: number | null;
  /** null: no cause, so no group. */
  readonly groupId: string | null;
  /** Lines like its own that a storm was grouped into, its own not among them. */
  readonly grouped: number;
  /** false: no log line speaks of it, it was found in the packets alone. */
  readonly logged: boolean;
  readonly incident: Incident;
}

export interface NewIncident {
  /** Stable for one log line (or one connection without a line): a repeated put of the same id amends, it never adds. No newline. */
  readonly id: string;
  readonly node: string;
  readonly createdAtUs: number;
  readonly resetTsUs: number | null;
  readonly incident: Incident;
  /** Lines that this one stands for besides; default 0. */
  readonly grouped?: number;
  /** false: connections that lost data and that nginx never logged; counted apart from lines. Default true. */
  readonly logged?: boolean;
  /** pcapng bytes of its connection. */
  readonly evidence: Uint8Array | null;
}

/** As a job bounds it (packages/jobs, reset-job.ts). */
const MAX_NODE_LEN = 255;

/** The record beside a verdict, JSON. All values are text, '' stands for null: cjson would round times and drop nulls. */
export function writeRecord({ incident, ...known }: NewIncident, groupId: string | null): string {
  const { upstream, client, route } = factsOf(incident);
  const logged = known.logged ?? true;
  const node = boundedText(known.node, MAX_NODE_LEN);
  return JSON.stringify({
    node,
    createdAtUs: timeDigits(known.createdAtUs),
    amendedAtUs: '',
    resetTsUs: known.resetTsUs === null ? '' : timeDigits(known.resetTsUs),
    groupId: groupId ?? '',
    grouped: String(known.grouped ?? 0),
    unlogged: logged ? '' : '1',
    counter: counterOf(incident, logged),
    harm: incident.harm,
    upstream,
    client,
    route,
    terms: termsOf({ incident, node, logged, groupId }).join('\n'),
  });
}

const optionalTime = z.string().transform((digits) => (digits === '' ? null : Number(digits)));

/** The parts of a record that readers see; the scripts use the rest. */
const recordSchema = z.object({
  node: z.string(),
  createdAtUs: z.string().transform(Number),
  amendedAtUs: optionalTime,
  resetTsUs: optionalTime,
  groupId: z.string().transform((id) => (id === '' ? null : id)),
  grouped: z.string().transform(Number),
  unlogged: z.string(),
});

/** The fields that readers branch on; the rest was written from an Incident and is taken as it is. */
const verdictSchema = z.looseObject({
  line: z.looseObject({ raw: z.string() }),
  status: z.enum(['matched', 'ambiguous', 'unmatched']),
  sentence: z.string(),
  evidence: z.array(z.unknown()),
  ladder: z.array(z.unknown()),
});

/** null when either half is missing or not ours. */
export function readStoredIncident(id: string, record: string | null, verdict: string | null): StoredIncident | null {
  const known = record === null ? null : readRecord(id, record);
  const incident = verdictSchema.safeParse(parseJson(verdict));
  if (known === null || !incident.success) return null;
  return { ...known, incident: incident.data as unknown as Incident };
}

/** What the store knows about an incident beside its verdict; null when it is not ours. */
export function readRecord(id: string, record: string): Omit<StoredIncident, 'incident'> | null {
  const known = recordSchema.safeParse(parseJson(record));
  if (!known.success) return null;
  const { unlogged, ...data } = known.data;
  return { id, ...data, logged: unlogged === '' };
}
