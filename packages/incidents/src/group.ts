/** An incident group: incidents with one fingerprint, what an on-call engineer reads first. */
import type { Harm, Incident } from '@resetscope/diagnosis';
import { z } from 'zod';
import type { Fingerprint } from './fingerprint.ts';

export interface IncidentGroup {
  readonly id: string;
  readonly fingerprint: Fingerprint;
  /** Incidents ever in it, also those no longer kept. */
  readonly count: number;
  readonly firstSeenUs: number;
  readonly lastSeenUs: number;
  readonly lastIncidentId: string;
  /** Title and harm of the incident put last. */
  readonly title: string;
  readonly harm: Harm;
}

/** What the incidents of a group share, as stored. */
export interface GroupAbout {
  readonly fingerprint: Fingerprint;
  readonly title: string;
  readonly harm: Harm;
}

const aboutSchema = z.object({
  fingerprint: z.object({
    leg: z.enum(['client', 'upstream']),
    resetBy: z.string().nullable(),
    phase: z.string().nullable(),
    cause: z.string(),
    peer: z.string(),
    route: z.string(),
  }),
  title: z.string(),
  harm: z.enum(['failed', 'may-have-executed', 'harmless', 'unknown']),
});

export function writeGroupAbout(fingerprint: Fingerprint, incident: Incident): string {
  const about: GroupAbout = { fingerprint, title: incident.title, harm: incident.harm };
  return JSON.stringify(about);
}

/** null when it is not ours. */
export function readGroupAbout(text: string): GroupAbout | null {
  try {
    return aboutSchema.parse(JSON.parse(text)) as GroupAbout;
  } catch {
    return null;
  }
}
