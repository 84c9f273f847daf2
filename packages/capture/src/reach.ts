/** How far a live source has reached: forward with the clock, and back only with a clock that was set back. */
import type { TimestampUs } from '@resetscope/wire';

/** reached: up to where everything has been handed out now, by the wall clock, which says nowUs. */
export function movedReach(before: TimestampUs, reached: TimestampUs, nowUs: TimestampUs): TimestampUs {
  return before > nowUs ? reached : Math.max(before, reached);
}
