/**
 * How many incidents a group had in each minute of the last hour, each ten minutes of the last day and each hour of the last week. A bucket has the slot
 * `bucket number modulo slots`, so a group never holds more than its slots; a slot says which bucket it counts.
 */

export type TrendResolution = 'minute' | 'ten-minutes' | 'hour';

interface Rounds {
  /** First letter of the slots. */
  readonly letter: string;
  readonly bucketUs: number;
  /** Buckets kept: one more than the time takes, for now is inside a bucket. */
  readonly slots: number;
}

export const TREND_ROUNDS: Readonly<Record<TrendResolution, Rounds>> = {
  minute: { letter: 'm', bucketUs: 60_000_000, slots: 61 },
  'ten-minutes': { letter: 't', bucketUs: 600_000_000, slots: 145 },
  hour: { letter: 'h', bucketUs: 3_600_000_000, slots: 169 },
};

export interface GroupTrend {
  readonly groupId: string;
  readonly bucketUs: number;
  /** Begin of the first bucket. */
  readonly fromUs: number;
  /** Oldest first; the last bucket is the one that is now. */
  readonly counts: readonly number[];
}

/** The newest buckets of a trend: the fields that hold them, in the order of time. */
export class TrendWindow {
  readonly fields: readonly string[];
  readonly #groupId: string;
  readonly #bucketUs: number;
  readonly #first: number;

  /** buckets: at most as many as the resolution keeps. */
  constructor(groupId: string, resolution: TrendResolution, buckets: number, nowUs: number) {
    const { letter, bucketUs, slots } = TREND_ROUNDS[resolution];
    const count = Math.min(Math.max(1, buckets), slots);
    this.#groupId = groupId;
    this.#bucketUs = bucketUs;
    this.#first = Math.floor(nowUs / bucketUs) - count + 1;
    this.fields = Array.from({ length: count }, (_, at) => `${groupId}:${letter}${(this.#first + at) % slots}`);
  }

  /** values: of `fields`. */
  read(values: readonly (string | null)[]): GroupTrend {
    const counts = this.fields.map((_, at) => {
      const [bucket, count] = (values[at] ?? '').split(':');
      return Number(bucket) === this.#first + at ? Number(count) : 0;
    });
    return { groupId: this.#groupId, bucketUs: this.#bucketUs, fromUs: this.#first * this.#bucketUs, counts };
  }
}
