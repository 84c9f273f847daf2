/** Everything a rule may look at: one line, one connection, and what the rest of the capture says about its ends. */
import { type Ending, type Exchange, type Moment, otherSide, type Side, type TcpStream } from '@resetscope/flow';
import type { ErrorLogEntry, LineKind } from '@resetscope/nginx-log';
import type { Leg, Outcome, Phase } from './incident.ts';
import { outcomeOf } from './outcome.ts';
import { phaseAt } from './phase.ts';
import type { Surroundings } from './surroundings.ts';

export interface CaseFile {
  /** Null for a connection that lost data without a log line. */
  readonly entry: ErrorLogEntry | null;
  readonly kind: LineKind | null;
  readonly leg: Leg;
  readonly stream: TcpStream;
  /** The FIN or RST that nginx noticed; null when nothing of the kind is in the capture. */
  readonly ending: Ending | null;
  /** State of the connection just before it. */
  readonly before: Moment;
  readonly exchange: Exchange | null;
  /** nginx's end of this connection: responder to clients, originator to upstreams. */
  readonly nginxSide: Side;
  readonly peerSide: Side;
  readonly phase: Phase;
  readonly outcome: Outcome;
  readonly surroundings: Surroundings;
}

/** In both legs the originator asks and the responder answers. */
export function nginxSideOf(leg: Leg): Side {
  return leg === 'client' ? 'responder' : 'originator';
}

export interface CaseInput {
  readonly entry: ErrorLogEntry | null;
  readonly kind: LineKind | null;
  readonly leg: Leg;
  readonly stream: TcpStream;
  readonly ending: Ending | null;
  readonly surroundings: Surroundings;
}

export function openCase(input: CaseInput): CaseFile {
  const before = input.ending?.before ?? input.stream.last;
  const nginxSide = nginxSideOf(input.leg);
  const from = input.ending?.from ?? otherSide(nginxSide);
  return {
    ...input,
    before,
    exchange: before.exchange,
    nginxSide,
    peerSide: otherSide(nginxSide),
    phase: phaseAt(input.stream, before, from, nginxSide),
    outcome: outcomeOf(input.stream, before, input.leg),
  };
}
