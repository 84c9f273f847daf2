/** What lists show of an incident, kept beside its verdict: a page of fifty need not read fifty ladders. */
import type { Incident } from '@resetscope/diagnosis';
import { z } from 'zod';
import { parseJson } from './parse-json.ts';
import { readRecord, type StoredIncident } from './stored-incident.ts';

export type IncidentBrief = Pick<
  Incident,
  | 'status'
  | 'reason'
  | 'leg'
  | 'stream'
  | 'confidence'
  | 'phase'
  | 'cause'
  | 'title'
  | 'harm'
  | 'normalClose'
  | 'outcome'
  | 'sentence'
  | 'request'
  | 'client'
  | 'upstream'
>;

const FIELDS: readonly (keyof IncidentBrief)[] = [
  'status',
  'reason',
  'leg',
  'stream',
  'confidence',
  'phase',
  'cause',
  'title',
  'harm',
  'normalClose',
  'outcome',
  'sentence',
  'request',
  'client',
  'upstream',
];

/** A stored incident with the brief in the place of the whole. */
export interface ListedIncident extends Omit<StoredIncident, 'incident'> {
  readonly incident: IncidentBrief;
}

/** JSON. */
export function writeBrief(incident: Incident): string {
  return JSON.stringify(Object.fromEntries(FIELDS.map((field) => [field, incident[field]])));
}

/** The fields that readers branch on; the rest was written from an Incident and is taken as it is. */
const briefSchema = z.looseObject({ status: z.enum(['matched', 'ambiguous', 'unmatched']), sentence: z.string() });

/** null when either half is missing or not ours. */
export function readListedIncident(id: string, record: string | null, brief: string | null): ListedIncident | null {
  const known = record === null ? null : readRecord(id, record);
  const incident = briefSchema.safeParse(parseJson(brief));
  if (known === null || !incident.success) return null;
  return { ...known, incident: incident.data as unknown as IncidentBrief };
}
