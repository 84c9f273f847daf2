/** How a connection was taken down, named (rst-causes section 5). Pure ACKs count only where the name needs them. */
import { seqDiff } from '@resetscope/wire';
import type { Side } from './side.ts';
import type { Ending } from './tcp-stream.ts';

export type TeardownName =
  | 'four-way'
  | 'three-way-piggyback'
  | 'fin-on-data'
  | 'simultaneous'
  | 'half-close-data'
  | 'half-close-unfinished'
  | 'fin-then-rst-same-side'
  | 'fin-then-rst-answer'
  | 'fin-then-rst-other-side'
  | 'rst-only-active'
  | 'rst-only-stateless'
  | 'rst-storm'
  | 'rst-then-data'
  | 'timeout-silent'
  | 'never-opened'
  | 'open';

export interface TeardownFacts {
  /** Handshake seen to its end, or payload, or packets of a connection that began before the capture. */
  readonly opened: boolean;
  readonly endings: readonly Ending[];
  /** Payload from the side of the first RST after that RST. */
  readonly dataAfterRst: boolean;
  /** Payload from the second closer after the first closer's FIN, beyond what it had sent by then. */
  readonly dataAfterFin: boolean;
  /** The first packet of the second closer after the first FIN was its own FIN. */
  readonly finAnsweredByFin: boolean;
  /** Most retransmissions of one side since the other side's last packet. */
  readonly unanswered: number;
}

/** RSTs of one side that make a storm: one per late segment of the other side (rst-causes section 5). */
const STORM = 3;
/** Retransmissions into silence that mean the other side is gone (rst-causes section 5). */
const SILENCE = 5;

export function nameTeardown(facts: TeardownFacts): TeardownName {
  const { endings } = facts;
  const firstRst = endings.find((e) => e.kind === 'rst');
  const firstFin = endings.find((e) => e.kind === 'fin');
  if (!facts.opened && firstFin === undefined) return 'never-opened';
  if (firstRst !== undefined) return nameReset(facts, firstRst, firstFin);
  if (firstFin === undefined) return facts.unanswered >= SILENCE ? 'timeout-silent' : 'open';
  const answer = endings.find((e) => e.kind === 'fin' && e.from !== firstFin.from);
  if (answer === undefined) return 'half-close-unfinished';
  return nameFinClose(facts, firstFin, answer);
}

function nameReset(facts: TeardownFacts, rst: Ending, fin: Ending | undefined): TeardownName {
  if (facts.dataAfterRst) return 'rst-then-data';
  if (fin !== undefined && fin.frameNumber < rst.frameNumber) {
    if (!hasFinFrom(facts.endings, rst.from, rst)) return 'fin-then-rst-other-side';
    return rst.shape === 'stateless' ? 'fin-then-rst-answer' : 'fin-then-rst-same-side';
  }
  if (isStorm(facts.endings)) return 'rst-storm';
  return rst.shape === 'stateless' ? 'rst-only-stateless' : 'rst-only-active';
}

function nameFinClose(facts: TeardownFacts, first: Ending, answer: Ending): TeardownName {
  if (seqDiff(answer.ack, first.seq + first.payloadLen) <= 0) return 'simultaneous';
  if (facts.dataAfterFin) return 'half-close-data';
  if (first.payloadLen > 0 || answer.payloadLen > 0) return 'fin-on-data';
  return facts.finAnsweredByFin ? 'three-way-piggyback' : 'four-way';
}

function isStorm(endings: readonly Ending[]): boolean {
  const sides: readonly Side[] = ['originator', 'responder'];
  return sides.some((side) => endings.filter((e) => e.kind === 'rst' && e.from === side).length >= STORM);
}

function hasFinFrom(endings: readonly Ending[], side: Side, before: Ending): boolean {
  return endings.some((e) => e.kind === 'fin' && e.from === side && e.frameNumber < before.frameNumber);
}
