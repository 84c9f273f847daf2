/** An incident as the store keeps it: the verdict, and what the store knows about it. */
import type { Incident } from '@resetscope/diagnosis';
import { z } from 'zod';

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
  readonly incident: Incident;
}

export interface NewIncident {
  /** Stable for one log line: a repeated put of the same id amends, it never adds. No newline. */
  readonly id: string;
  readonly node: string;
  readonly createdAtUs: number;
  readonly resetTsUs: number | null;
  readonly incident: Incident;
  /** Lines that this one stands for besides; default 0. */
  readonly grouped?: number;
  /** pcapng bytes of its connection. */
  readonly evidence: Uint8Array | null;
}

const optionalTime = z.string().transform((digits) => (digits === '' ? null : Number(digits)));

/** The record beside a verdict; '' stands for null, times are digits. */
const recordSchema = z.object({
  node: z.string(),
  createdAtUs: z.string().transform(Number),
  amendedAtUs: optionalTime,
  resetTsUs: optionalTime,
  groupId: z.string().transform((id) => (id === '' ? null : id)),
  grouped: z.string().default('0').transform(Number),
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
  if (record === null || verdict === null) return null;
  const known = recordSchema.safeParse(parseJson(record));
  const incident = verdictSchema.safeParse(parseJson(verdict));
  if (!known.success || !incident.success) return null;
  return { id, ...known.data, incident: incident.data as unknown as Incident };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
