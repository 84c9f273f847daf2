/**
 * In a storm: which lines need no second look. Nothing of their connection was captured after its end, no access line is awaited, and
 * there is no budget to look for the other leg. What the second look could add then is who asked again.
 */
import type { StoredIncident } from '@resetscope/incidents';
import type { ConnectionKey, RingReader, TimeWindow } from '@resetscope/ring';
import type { PendingLine, RingAccess } from './correlate.ts';
import { keyOfEnds } from './ends-key.ts';

/** Those of the lines. @throws RingUnavailableError, and what Redis answers. */
export async function unchangedLines(
  pending: readonly PendingLine[],
  { ring, accessLines, legBudget }: Pick<RingAccess, 'ring' | 'accessLines' | 'legBudget'>,
): Promise<ReadonlySet<PendingLine>> {
  const ended = legBudget.isSpent ? pending.flatMap(endedIn) : [];
  if (ended.length === 0) return new Set();
  const asked = await accessLines.read(ended.map(({ item }) => item.job.id));
  const quiet = await quietSince(ended, ring);
  const isAwaited = (i: number): boolean => asked[i] != null && ended[i]?.earlier.incident.access === undefined;
  return new Set(ended.flatMap(({ item }, i) => (quiet[i] === true && !isAwaited(i) ? [item] : [])));
}

interface EndedLine {
  readonly item: PendingLine;
  readonly earlier: StoredIncident;
  readonly key: ConnectionKey;
  readonly since: TimeWindow;
}

function endedIn(item: PendingLine): readonly EndedLine[] {
  const { earlier } = item;
  const { status, stream } = earlier?.incident ?? { status: 'unmatched', stream: null };
  if (earlier === null || status !== 'matched' || stream === null || earlier.resetTsUs === null) return [];
  const key = keyOfEnds(stream.originator, stream.responder);
  return [{ item, earlier, key, since: { fromUs: earlier.resetTsUs, toUs: Number.MAX_SAFE_INTEGER } }];
}

/** Whether no block that began after its end has packets of the connection. */
async function quietSince(ended: readonly EndedLine[], ring: RingReader): Promise<readonly boolean[]> {
  const fromUs = Math.min(...ended.map(({ since }) => since.fromUs));
  const view = await ring.view({ fromUs, toUs: Number.MAX_SAFE_INTEGER });
  return ended.map(({ key, since }) => !view.isListed(key, since));
}
