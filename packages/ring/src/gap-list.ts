/** Gaps that wait for their append: few, however long it takes. */
import type { Gap } from './coverage.ts';

/** Kept apart at most; then the last of a reason is widened: more is claimed missing than there is, never less. */
const MAX_WAITING = 64;

export class GapList {
  private gaps: Gap[] = [];

  /** Joined to the last of its reason where nothing lies between them, or where there are too many. */
  add(gap: Gap): void {
    const at = this.gaps.findLastIndex(({ reason }) => reason === gap.reason);
    const last = this.gaps[at];
    if (last !== undefined && (touches(last, gap) || this.gaps.length >= MAX_WAITING))
      this.gaps[at] = joined(last, gap);
    else this.gaps.push(gap);
  }

  /** All of them, in order of time; the list is empty afterwards. */
  take(): readonly Gap[] {
    const { gaps } = this;
    this.gaps = [];
    return gaps.sort((a, b) => a.fromUs - b.fromUs);
  }
}

function touches(a: Gap, b: Gap): boolean {
  return b.fromUs <= a.toUs && b.toUs >= a.fromUs;
}

function joined(a: Gap, b: Gap): Gap {
  return {
    fromUs: Math.min(a.fromUs, b.fromUs),
    toUs: Math.max(a.toUs, b.toUs),
    lostPackets: a.lostPackets + b.lostPackets,
    reason: b.reason,
  };
}
