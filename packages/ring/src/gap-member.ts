/** A gap as the sorted set of gaps holds it: `FROMUS:TOUS:LOST:REASON`. */
import type { Gap, GapReason } from './coverage.ts';

const REASONS: ReadonlySet<string> = new Set<GapReason>(['kernel-drop', 'ring-slow', 'restart']);

/** null for a text that is no gap. */
export function parseGap(member: string): Gap | null {
  const [fromUs, toUs, lostPackets, reason = ''] = member.split(':');
  if (!REASONS.has(reason)) return null;
  return { fromUs: Number(fromUs), toUs: Number(toUs), lostPackets: Number(lostPackets), reason: reason as GapReason };
}
