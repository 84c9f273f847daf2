/** The wall clock in microseconds. `Date.now()` has milliseconds only; `performance.now()` drifts from it when the clock is set. */

let offsetMs = performance.timeOrigin;

/**
 * Microseconds since the Unix epoch: the monotonic clock's fraction, kept within the millisecond that Date.now() says, so
 * that it follows every correction of the system clock.
 */
export function wallClockUs(): number {
  const nowMs = Date.now();
  const fineMs = performance.now() + offsetMs;
  if (fineMs >= nowMs && fineMs < nowMs + 1) return Math.floor(fineMs * 1000);
  offsetMs += nowMs - fineMs;
  return nowMs * 1000;
}
