/** A gap as the sorted set of gaps holds it: `FROMUS:TOUS:LOST:REASON`. */
import { GAP_REASONS, type Gap, type GapReason } from './coverage.ts';

const MEMBER = /^(\d+):(\d+):(\d+):(.*)$/;

/** null for a text that is no gap. */
export function parseGap(member: string): Gap | null {
  const [, fromUs, toUs, lostPackets, text] = MEMBER.exec(member) ?? [];
  const reason = GAP_REASONS.find((known: GapReason) => known === text);
  if (reason === undefined) return null;
  return { fromUs: Number(fromUs), toUs: Number(toUs), lostPackets: Number(lostPackets), reason };
}
