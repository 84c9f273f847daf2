/** Ends of connections with the request of a line, but at another time: what tells a wrong clock from a lost packet. */
import { type LogLine, timeDifferences } from '@resetscope/diagnosis';
import type { RingReader } from '@resetscope/ring';
import { fairKeys, upstreamsOf } from './candidate-keys.ts';
import { LOOK_BACK_US } from './line-time.ts';
import { NearResets } from './near-resets.ts';
import { CLOCK_REACH_US } from './node-clock.ts';
import { readStreams } from './ring-streams.ts';

/** Connections read for a line: a few of each stretch of time. */
const KEYS_PER_STRETCH = 3;

/** A reset is looked for before the time of its line, so these cover the reach on both sides. */
const STRETCH_ENDS_US: readonly number[] = Array.from(
  { length: (2 * CLOCK_REACH_US) / LOOK_BACK_US },
  (_, i) => CLOCK_REACH_US - i * LOOK_BACK_US,
);

/** From the reading of the line to each end, microseconds; only those whose request is the line's. */
export async function lookAlikes(line: LogLine, ring: RingReader): Promise<readonly number[]> {
  const { readAtUs } = line;
  if (readAtUs === null) return [];
  const window = { fromUs: readAtUs - CLOCK_REACH_US, toUs: readAtUs + CLOCK_REACH_US };
  const upstreams = upstreamsOf([line]);
  const resets = new NearResets(await ring.resets(window), upstreams);
  const wanted = STRETCH_ENDS_US.map((us) =>
    resets.keysFor({ ...line, readAtUs: readAtUs + us, unwrittenAtUs: null }, KEYS_PER_STRETCH),
  );
  const keys = fairKeys(wanted, KEYS_PER_STRETCH * wanted.length);
  const found = await Promise.all(keys.map((key) => readStreams(ring, key, window, upstreams)));
  const streams = found.flat().map(({ stream }) => stream);
  return timeDifferences([line], streams).flatMap(({ us, isSameRequest }) => (isSameRequest ? [us] : []));
}
