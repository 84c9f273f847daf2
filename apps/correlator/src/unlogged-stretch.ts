/** Which second of a ring is looked at next: whole seconds of the capture's clock, so that whoever looks asks the same. Pure. */
import type { Coverage, TimeWindow } from '@resetscope/ring';

export type Stretch =
  /** The live edge is too near. */
  | { readonly kind: 'wait' }
  /** skippedUs: of the time before, which the ring had forgotten before anybody looked. */
  | { readonly kind: 'look'; readonly window: TimeWindow; readonly skippedUs: number };

const SECOND_US = 1_000_000;

/**
 * watermarkUs: everything before it was looked at; null: nobody ever looked, and what was claimed until now may be forgotten, so
 * looking begins at the edge. behindUs: how far behind the live edge to stay.
 */
export function nextStretch(
  watermarkUs: number | null,
  { oldestUs, newestUs }: Pick<Coverage, 'oldestUs' | 'newestUs'>,
  behindUs: number,
): Stretch {
  const edgeUs = wholeSecond(newestUs - behindUs);
  // A watermark ahead of the ring: the capture's clock was set back, and what comes is new.
  const isNew = watermarkUs === null || watermarkUs > newestUs;
  const wantedUs = isNew ? edgeUs - SECOND_US : wholeSecond(watermarkUs);
  const fromUs = Math.max(wantedUs, wholeSecond(oldestUs));
  if (fromUs + SECOND_US > edgeUs) return { kind: 'wait' };
  return { kind: 'look', window: { fromUs, toUs: fromUs + SECOND_US }, skippedUs: fromUs - wantedUs };
}

function wholeSecond(tsUs: number): number {
  return Math.floor(tsUs / SECOND_US) * SECOND_US;
}
