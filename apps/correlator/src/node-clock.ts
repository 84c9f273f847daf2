/**
 * How far the capture's clock of a node is from its tailer's, learned from lines that fit nothing in their own time. Both run on one
 * host, so the answer is nearly always: not at all. An offset is believed when several lines in a row agree on it and on no
 * other, and forgotten when lines no longer fit it.
 */

/** Further apart nothing is compared: clocks without NTP, drift of hosts and containers, not dates or time zones. */
export const CLOCK_REACH_US = 30_000_000;
/** Differences of one offset are this near each other: nginx logs within a millisecond (measured), the tailer reads at once. */
const AGREE_US = 250_000;
/** Lines that must agree. */
const ENOUGH = 3;
/** A clock is wrong for all lines: another offset may explain less than this share of what the believed one explains. */
const CLEARLY = 0.5;
/** Lines remembered. */
const MAX_LINES = 50;
/** Packets are stamped up to so much after a reader saw their effect (jitter), beyond the quickest line that was seen. */
const MARGIN_US = 5_000;

export class NodeClock {
  private offset = 0;
  private misfits = 0;
  private hasFitted = false;
  /** Of the latest lines that fitted, with the offset. */
  private readonly delays: number[] = [];
  /** Of each line that fitted nothing: how far the ends of its likes are from its reading. The newest last. */
  private readonly differences = new Map<string, readonly number[]>();

  /** To be added to a time of the tailer to get one of the capture, microseconds. */
  get offsetUs(): number {
    return this.offset;
  }

  /** Nothing has fitted yet, or not the last lines: one alone may have lost its packets. */
  get isDoubtful(): boolean {
    return !this.hasFitted || this.misfits > 1;
  }

  /** Lines fitted in their own time, moved by the offset. readDelayUs: of the quickest; null: not known. */
  fitted(readDelayUs: number | null): void {
    this.hasFitted = true;
    this.misfits = 0;
    this.differences.clear();
    if (this.offset !== 0 && readDelayUs !== null) this.settle(readDelayUs);
  }

  /** A line did not. differencesUs: from its reading to the ends of connections with its request. */
  misfitted(lineId: string, differencesUs: readonly number[]): void {
    if (!this.differences.has(lineId)) this.misfits++;
    this.differences.delete(lineId);
    this.differences.set(
      lineId,
      differencesUs.filter((us) => Math.abs(us) <= CLOCK_REACH_US),
    );
    for (const oldest of this.differences.keys()) {
      if (this.differences.size <= MAX_LINES) break;
      this.differences.delete(oldest);
    }
    const learned = this.learn();
    if (learned !== null) this.offset = learned;
    else if (this.misfits >= ENOUGH) this.offset = 0;
  }

  /** Lines that are all read late by an offset are early without it: the clocks have been set meanwhile. */
  private settle(readDelayUs: number): void {
    this.delays.push(readDelayUs);
    if (this.delays.length < ENOUGH) return;
    const quickestUs = Math.min(...this.delays.splice(0));
    if (quickestUs <= AGREE_US) return;
    const offsetUs = this.offset - quickestUs + MARGIN_US;
    this.offset = Math.abs(offsetUs) <= AGREE_US ? 0 : offsetUs;
  }

  /** The offset that enough lines agree on, and clearly more than on any other; null: none. */
  private learn(): number | null {
    const all = [...this.differences].flatMap(([line, ends]) => ends.map((us) => ({ line, us })));
    const peaks = all
      .map(({ us: latest }) => {
        const near = all.filter(({ us }) => us <= latest && latest - us <= AGREE_US);
        return { us: latest, lines: new Set(near.map(({ line }) => line)).size };
      })
      .sort((a, b) => b.lines - a.lines || b.us - a.us);
    const [best] = peaks;
    if (best === undefined || best.lines < ENOUGH) return null;
    const other = peaks.find(({ us }) => Math.abs(us - best.us) > 2 * AGREE_US);
    return other !== undefined && other.lines > best.lines * CLEARLY ? null : best.us + MARGIN_US;
  }
}
