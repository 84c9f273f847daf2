/** The other leg of an incident as data: its ladder on the clock of the incident's own. */
import { type FoundLeg, type LadderRow, type OtherLeg, streamRef } from '@resetscope/diagnosis';
import type { TcpStream } from '@resetscope/flow';
import { ladderRows } from './ladder.ts';

/** A connection with more packets has had other requests before: shown is what it did around this one. */
const WHOLE_MAX = 40;
/** Before and after the request; the handshake of a fresh connection lies in it, and what followed the end. */
const AROUND_US = 1_000_000;

/** Where the other connection begins in a capture of both: frames and connections before it. */
export interface LegPlace {
  readonly frames: number;
  readonly streams: number;
}

const SAME_CAPTURE: LegPlace = { frames: 0, streams: 0 };

/** own: the connection of the incident. place: where its numbers do not count in the same capture. */
export function otherLeg(found: FoundLeg, own: TcpStream, place: LegPlace = SAME_CAPTURE): OtherLeg {
  const { leg, stream, joinedBy, confidence, fromUs, toUs } = found;
  const { segments } = stream;
  const near = segments.filter(({ tsUs }) => tsUs >= fromUs - AROUND_US && tsUs <= toUs + AROUND_US);
  const shown = segments.length <= WHOLE_MAX ? stream : { ...stream, segments: near, omittedSegments: 0 };
  const ladder = onClockOf(own, shown, ladderRows(shown, new Map())).map((row) =>
    row.frame === null ? row : { ...row, frame: row.frame + place.frames },
  );
  const ref = streamRef(stream);
  return { leg, stream: { ...ref, index: ref.index + place.streams }, joinedBy, confidence, ladder };
}

function onClockOf(own: TcpStream, shown: TcpStream, rows: readonly LadderRow[]): readonly LadderRow[] {
  const shiftUs = (shown.segments[0]?.tsUs ?? 0) - (own.segments[0]?.tsUs ?? 0);
  return rows.map((row) => ({ ...row, atUs: row.atUs + shiftUs }));
}
