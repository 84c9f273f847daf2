/**
 * What people have decided about a group. It is kept with the group and goes with it: a group whose last incident has been
 * dropped begins anew, open.
 */
import { z } from 'zod';

/** Who decided and when. */
interface Decided {
  readonly sinceUs: number;
  /** As the server of the pages knows the person; null: it does not. */
  readonly by: string | null;
}

export type GroupState =
  | { readonly kind: 'open' }
  /** Known and accepted, such as a health check: counted, never announced. */
  | ({ readonly kind: 'expected' } & Decided)
  /** Not announced until then; afterwards its next incident is. */
  | ({ readonly kind: 'snoozed'; readonly untilUs: number } & Decided)
  /** Mended: a new incident makes it `regressed`. */
  | ({ readonly kind: 'resolved' } & Decided)
  /** It was resolved and has come back. */
  | { readonly kind: 'regressed'; readonly sinceUs: number };

/** What a person can set; `regressed` is found out. */
export type GroupDecision =
  | { readonly kind: 'open' }
  | { readonly kind: 'expected' }
  | { readonly kind: 'snoozed'; readonly untilUs: number }
  | { readonly kind: 'resolved' };

const digits = z.string().regex(/^\d{16}$/);
/** Without it: written by an older version. */
const by = z.string().nullable().default(null);
const stateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['expected', 'resolved']), sinceUs: digits.transform(Number), by }),
  z.object({ kind: z.literal('snoozed'), sinceUs: digits.transform(Number), untilUs: digits.transform(Number), by }),
  z.object({ kind: z.literal('regressed'), sinceUs: digits.transform(Number) }),
]);

const OPEN: GroupState = { kind: 'open' };

/** A snooze that has run out is over, also before the next incident says so. What is not ours is open. */
export function readGroupState(text: string | null, nowUs: number): GroupState {
  if (text === null) return OPEN;
  const state = stateSchema.safeParse(JSON.parse(text));
  if (!state.success) return OPEN;
  return state.data.kind === 'snoozed' && state.data.untilUs <= nowUs ? OPEN : state.data;
}
