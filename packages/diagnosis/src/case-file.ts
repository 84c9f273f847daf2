/** Everything a rule may look at: one line, one connection, and what the rest of the capture says about its ends. */
import { type Exchange, type Moment, otherSide, type Side, type TcpStream } from '@resetscope/flow';
import type { ErrorLogEntry, LineKind } from '@resetscope/nginx-log';
import { hidesRequests } from './hidden-requests.ts';
import type { Leg, Outcome, Phase } from './incident.ts';
import { nginxSideOf } from './nginx-side.ts';
import type { Notice } from './notice.ts';
import type { Noticed } from './noticed.ts';
import { outcomeOf, unseenOutcome } from './outcome.ts';
import { phaseAt } from './phase.ts';
import type { Surroundings } from './surroundings.ts';
import { toldMoment } from './told-moment.ts';

export interface CaseFile {
  /** Null for a connection that lost data without a log line. */
  readonly entry: ErrorLogEntry | null;
  readonly kind: LineKind | null;
  readonly leg: Leg;
  readonly stream: TcpStream;
  /** The FIN or RST that nginx noticed; null when nothing of the kind is in the capture. */
  readonly ending: Noticed;
  /** State of the connection just before it. */
  readonly before: Moment;
  readonly exchange: Exchange | null;
  /** nginx's end of this connection: responder to clients, originator to upstreams. */
  readonly nginxSide: Side;
  readonly peerSide: Side;
  /** Null where isHidden; but that its sender has sent a FIN before is seen all the same. */
  readonly phase: Phase | null;
  readonly outcome: Outcome;
  /** Neither packets nor line tell what was under way. */
  readonly isHidden: boolean;
  readonly surroundings: Surroundings;
  /** What nginx said of its processes, in the capture's clock. */
  readonly notices: readonly Notice[];
}

export interface CaseInput {
  readonly entry: ErrorLogEntry | null;
  readonly kind: LineKind | null;
  readonly leg: Leg;
  readonly stream: TcpStream;
  readonly ending: Noticed;
  readonly surroundings: Surroundings;
  readonly notices: readonly Notice[];
}

export function openCase(input: CaseInput): CaseFile {
  const before = toldMoment(input);
  const nginxSide = nginxSideOf(input.leg);
  const from = input.ending?.from ?? otherSide(nginxSide);
  const phase = phaseAt(input.stream, before, from, nginxSide);
  // a line about an upstream names the point that its request had come to
  const isTold = input.leg === 'upstream' && input.entry !== null && before.exchange !== null;
  const isHidden = !isTold && hidesRequests(input.stream, before);
  return {
    ...input,
    before,
    exchange: before.exchange,
    nginxSide,
    peerSide: otherSide(nginxSide),
    phase: isHidden && phase !== 'closing' ? null : phase,
    outcome: isHidden ? unseenOutcome(before) : outcomeOf(input.stream, before, input.leg),
    isHidden,
  };
}
