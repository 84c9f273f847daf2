/** An incident group: incidents with one fingerprint, what an on-call engineer reads first. */
import type { Harm, Incident } from '@resetscope/diagnosis';
import { z } from 'zod';
import type { Fingerprint } from './fingerprint.ts';
import { type GroupState, readGroupState } from './group-state.ts';
import { readTop, TOP_KINDS, type TopKind, type TopValue } from './group-top.ts';

export interface IncidentGroup {
  readonly id: string;
  /** Identity, and the rest of the incident put last. */
  readonly fingerprint: Fingerprint;
  /** Incidents ever in it, also those no longer kept. */
  readonly count: number;
  /** Of these, those that no log line speaks of. */
  readonly unlogged: number;
  /** The same incidents by what they meant for the business. */
  readonly harms: Readonly<Record<Harm, number>>;
  readonly firstSeenUs: number;
  readonly lastSeenUs: number;
  readonly lastIncidentId: string;
  /** Title and harm of the incident put last. */
  readonly title: string;
  readonly harm: Harm;
  /** Such connections normally end so, and no request of the group has failed: nobody need be woken. */
  readonly benign: boolean;
  readonly state: GroupState;
  /** Most frequent first. */
  readonly top: Readonly<Record<TopKind, readonly TopValue[]>>;
}

/** What the incidents of a group share, as stored. */
export interface GroupAbout {
  readonly fingerprint: Fingerprint;
  readonly title: string;
  readonly harm: Harm;
  readonly normalClose: boolean;
}

const HARMS = ['failed', 'may-have-executed', 'harmless', 'unknown'] as const satisfies readonly Harm[];

const aboutSchema = z.object({
  fingerprint: z.object({
    leg: z.enum(['client', 'upstream']),
    cause: z.string(),
    peer: z.string(),
    resetBy: z.string().nullable(),
    phase: z.string().nullable(),
    route: z.string(),
  }),
  title: z.string(),
  harm: z.enum(HARMS),
  normalClose: z.boolean(),
});

export function writeGroupAbout(fingerprint: Fingerprint, { title, harm, normalClose }: Incident): string {
  const about: GroupAbout = { fingerprint, title, harm, normalClose };
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

/** Names of a group's numbers in KEYS.groupNumbers; `first` is a time, `last` the id of its newest incident. */
export const GROUP_NUMBERS: readonly GroupNumber[] = ['count', 'unlogged', 'first', 'last', ...HARMS];
type GroupNumber = 'count' | 'unlogged' | 'first' | 'last' | Harm;

/** A group as Redis answers; each field null when it is not there. */
export interface GroupParts {
  readonly id: string;
  readonly about: string | null;
  /** In the order of GROUP_NUMBERS. */
  readonly numbers: readonly (string | null)[];
  readonly lastSeenUs: string | null;
  readonly state: string | null;
  /** In the order of TOP_KINDS. */
  readonly tops: readonly (string | null)[];
}

/** null: no such group. */
export function readGroup(parts: GroupParts, nowUs: number): IncidentGroup | null {
  const shared = parts.about === null ? null : readGroupAbout(parts.about);
  if (shared === null || parts.lastSeenUs === null) return null;
  const { normalClose, ...about } = shared;
  const text = (name: GroupNumber): string | null => parts.numbers[GROUP_NUMBERS.indexOf(name)] ?? null;
  const number = (name: GroupNumber): number => Number(text(name) ?? 0);
  const harms = Object.fromEntries(HARMS.map((harm) => [harm, number(harm)])) as Record<Harm, number>;
  const top = Object.fromEntries(TOP_KINDS.map((kind, at) => [kind, readTop(parts.tops[at] ?? null)]));
  return {
    id: parts.id,
    ...about,
    count: number('count'),
    unlogged: number('unlogged'),
    harms,
    firstSeenUs: number('first'),
    lastSeenUs: Number(parts.lastSeenUs),
    lastIncidentId: text('last') ?? '',
    benign: normalClose && harms.failed === 0 && harms['may-have-executed'] === 0,
    state: readGroupState(parts.state, nowUs),
    top: top as Record<TopKind, readonly TopValue[]>,
  };
}
