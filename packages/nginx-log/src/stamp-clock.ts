/**
 * From the stamps of one file, top to bottom, to instants. A stamp alone does not tell in which of its two passes the
 * repeated hour of autumn is meant; its place in the file does, as soon as the stamps have gone back. Where a collector
 * has stamped the line too, that tells the zone, and the file's own zone is not needed.
 */
import { type LogStamp, stampAsUtcSeconds } from './civil-time.ts';
import { stampToEpochUs } from './time-zone.ts';

/** Workers cache their time per event-loop round, `timer_resolution` longer still: stamps go back by up to 3.7 s (case M4). */
const BACKWARD_US = 5_000_000;
/** All zones in use are whole quarter hours from UTC (tz database: since 1972). */
const QUARTER_HOUR_SECONDS = 900;

export class StampClock {
  readonly #zone: string;
  #previousUs = Number.NEGATIVE_INFINITY;
  /** The quarter hour of the last stamp, and what to add in it to a stamp read as UTC: asking Intl takes 10 us (measured). */
  #quarter = Number.NaN;
  #earliestOffUs = 0;
  #latestOffUs = 0;

  /** zone: of nginx's process, as stampToEpochUs takes it. */
  constructor(zone: string) {
    this.#zone = zone;
  }

  /** The start of the stamp's second. collectedUs: when a collector got the line; null without one. */
  toUs(stamp: LogStamp, collectedUs: number | null): number {
    const us = collectedUs === null ? this.#byOrder(stamp) : byCollector(stamp, collectedUs);
    this.#previousUs = us;
    return us;
  }

  /** The first pass of a repeated hour, unless a line before was written later than that. */
  #byOrder(stamp: LogStamp): number {
    const asUtcUs = stampAsUtcSeconds(stamp) * 1e6;
    this.#enter(Math.floor(asUtcUs / (QUARTER_HOUR_SECONDS * 1e6)), stamp, asUtcUs);
    const [earliestUs, latestUs] = [asUtcUs + this.#earliestOffUs, asUtcUs + this.#latestOffUs];
    return earliestUs < this.#previousUs - BACKWARD_US ? latestUs : earliestUs;
  }

  /** Clocks are changed at whole quarter hours. */
  #enter(quarter: number, stamp: LogStamp, asUtcUs: number): void {
    if (quarter === this.#quarter) return;
    const { earliestUs, latestUs } = stampToEpochUs(stamp, this.#zone);
    this.#quarter = quarter;
    this.#earliestOffUs = earliestUs - asUtcUs;
    this.#latestOffUs = latestUs - asUtcUs;
  }
}

function byCollector(stamp: LogStamp, collectedUs: number): number {
  const asUtc = stampAsUtcSeconds(stamp);
  const quarters = Math.round((asUtc - collectedUs / 1e6) / QUARTER_HOUR_SECONDS);
  return (asUtc - quarters * QUARTER_HOUR_SECONDS) * 1e6;
}
