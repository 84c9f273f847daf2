/** Ways in which a live upstream socket aborts before its answer that look alike (rst-causes section 3.3). */
import type { Rival } from '../rule.ts';

const WAYS: readonly Rival[] = [
  { cause: 'upstream-abort-linger0', missing: 'the reason in tcp:tcp_send_reset on the upstream host' },
  { cause: 'upstream-close-unread-request', missing: 'a small unread request does not move the window in the RST' },
  { cause: 'upstream-worker-crash', missing: 'a killed process closes as close() does: see the upstream log' },
];

/** All but the one chosen. */
export function abortRivals(chosen: string): readonly Rival[] {
  return WAYS.filter(({ cause }) => cause !== chosen);
}
