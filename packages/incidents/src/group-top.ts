/**
 * The most frequent upstreams, clients and routes of a group, counted in a fixed number of slots (Metwally et al., "Efficient
 * computation of frequent and top-k elements in data streams", 2005: Space-Saving). While a group has no more values than slots
 * the counts are exact; after that a newcomer takes over the slot with the smallest count, and with it that count as an error.
 * Whatever more than 1/TOP_SLOTS of a group's incidents have in common is always among them.
 */
import { z } from 'zod';

export const TOP_KINDS = ['upstream', 'client', 'route'] as const;
export type TopKind = (typeof TOP_KINDS)[number];

/** Values counted per kind. */
export const TOP_SLOTS = 16;

export interface TopValue {
  readonly value: string;
  /** At most. */
  readonly count: number;
  /** How much too high the count may be; 0: it is exact. */
  readonly error: number;
}

const slotsSchema = z.array(z.tuple([z.string(), z.number(), z.number()]));

/** Most frequent first. text: JSON of slots, each [value, count, error]; what is not ours is empty. */
export function readTop(text: string | null): readonly TopValue[] {
  const slots = slotsSchema.safeParse(text === null ? [] : JSON.parse(text));
  if (!slots.success) return [];
  return slots.data
    .map(([value, count, error]) => ({ value, count, error }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}
