/** The ladder diagram of a case: both connections of its request on one timeline where both are known, else its own. */
import type { Incident } from '@resetscope/diagnosis';
import type { SafeHtml } from './html.ts';
import { formatStream, ladderHeads } from './ladder-heads.ts';
import type { LaneRow } from './ladder-lane.ts';
import { ladderLayouts } from './ladder-layout.ts';
import { type LadderWords, ladderSvg } from './ladder-svg.ts';
import { legHeads, legRows } from './legs.ts';

export type Drawable = Pick<Incident, 'leg' | 'stream' | 'ladder' | 'otherLeg' | 'sentence'>;

/** In order of time; empty without packets. */
export function laneRows(drawable: Drawable): readonly LaneRow[] {
  const both = legRows(drawable).map((row): LaneRow => ({ ...row, lane: row.leg === 'client' ? 0 : 1 }));
  return both.length > 0 ? both : drawable.ladder.map((row): LaneRow => ({ ...row, lane: 0 }));
}

/** Who stands at the lifelines, from left to right; the packets of lane n go between n and n + 1. */
export function lifelineNames(drawable: Drawable): readonly string[] {
  if (legRows(drawable).length > 0) {
    const { client, nginx, upstream } = legHeads(drawable);
    return [client, nginx, upstream];
  }
  const { originator, responder } = ladderHeads(drawable);
  return [originator, responder];
}

/** For a desk and for a phone, of which the style sheet shows one; empty without packets. */
export function ladderDrawings(drawable: Drawable): readonly SafeHtml[] {
  const rows = laneRows(drawable);
  if (rows.length === 0) return [];
  const names = lifelineNames(drawable);
  const words: LadderWords = {
    heads: names.map(roleAndAddress),
    title: `Ladder diagram of ${rows.length} rows between ${names.length === 3 ? 'client, nginx and upstream' : names.join(' and ')}`,
    description: `${drawable.stream === null ? '' : `${formatStream(drawable.stream)}. `}${drawable.sentence}`,
  };
  return ladderLayouts(names.length === 3 ? 3 : 2).map((layout) => ladderSvg(rows, words, layout));
}

/** `client 10.0.0.1:51234` on two lines. */
function roleAndAddress(name: string): readonly string[] {
  const blank = name.indexOf(' ');
  return blank < 0 ? [name] : [name.slice(0, blank), name.slice(blank + 1)];
}
