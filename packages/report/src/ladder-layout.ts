/** Where things stand in a ladder, in user units: one unit is about one CSS pixel at the drawing's natural width. */

export interface LadderLayout {
  /** Class of the drawing: the page shows one of them. */
  readonly name: 'rs-wide' | 'rs-narrow';
  readonly width: number;
  /** x of the lifelines from left to right: the ends of one connection, or client, nginx, upstream. */
  readonly lifelines: readonly number[];
  /** Right end of the frame numbers, and how far above the arrow they stand. */
  readonly frame: { readonly x: number; readonly up: number };
  /** Right end of the times. */
  readonly timeX: number;
  /** Notes stand beside the arrow, or below it. */
  readonly note: { readonly x: number; readonly down: number; readonly chars: number };
  /** Words may cross the lifelines of the other connection. */
  readonly wordsCross: boolean;
  /** Sequence numbers have room. */
  readonly hasNumbers: boolean;
}

const WIDE = {
  name: 'rs-wide',
  width: 1000,
  frame: { x: 44, up: 0 },
  timeX: 122,
  wordsCross: false,
  hasNumbers: true,
} as const;

/** Characters of a note: 7 units each at 12.5 units, at most (measured in Chromium, DejaVu). */
const WIDE_TWO: LadderLayout = { ...WIDE, lifelines: [140, 620], note: { x: 640, down: 4, chars: 50 } };
const WIDE_THREE: LadderLayout = { ...WIDE, lifelines: [140, 428, 716], note: { x: 734, down: 4, chars: 37 } };

/** A phone: 390 CSS pixels less the margins. */
const NARROW = {
  name: 'rs-narrow',
  width: 350,
  frame: { x: 52, up: 12 },
  timeX: 52,
  note: { x: 70, down: 17, chars: 38 },
  wordsCross: true,
  hasNumbers: false,
} as const;

const NARROW_TWO: LadderLayout = { ...NARROW, lifelines: [62, 340] };
const NARROW_THREE: LadderLayout = { ...NARROW, lifelines: [62, 201, 340] };

export type LifelineCount = 2 | 3;

/** For a desk, and for a phone. */
export function ladderLayouts(lifelines: LifelineCount): readonly LadderLayout[] {
  return lifelines === 2 ? [WIDE_TWO, NARROW_TWO] : [WIDE_THREE, NARROW_THREE];
}
