/**
 * Counts how connections begin and end, so that a rate of resets has its denominator. What comes first, FIN or RST, ends a
 * connection; who sent it and what went over it before are told apart. By flags and payload lengths alone.
 */
import { TcpFlag } from '@resetscope/wire';
import { MAX_CONNECTIONS } from './connection-table.ts';

/** `none`: it fell silent, or made room for others, before its end was seen. */
export type CloseKind = 'fin' | 'rst' | 'none';
/** Who ended it: the side that sent the SYN, the other one, or nobody knows. */
export type Closer = 'opener' | 'acceptor' | 'unknown';
/**
 * When: before the handshake was done; before any data; after data of the opener, a request that waits; after data of the
 * acceptor, in a response or idle behind it. `unknown`: its beginning was not captured.
 */
export type ClosePhase = 'handshake' | 'no-data' | 'after-request' | 'after-response' | 'unknown';

export interface ConnectionEnding {
  readonly kind: CloseKind;
  readonly by: Closer;
  readonly phase: ClosePhase;
}

const KINDS: readonly CloseKind[] = ['fin', 'rst', 'none'];
const CLOSERS: readonly Closer[] = ['opener', 'acceptor', 'unknown'];
const PHASES: readonly ClosePhase[] = ['handshake', 'no-data', 'after-request', 'after-response', 'unknown'];

/** Bits of a row. */
const Seen = {
  SYN: 1,
  /** The opener is direction 1. */
  OPENER_1: 2,
  /** The opener has answered the SYN of the acceptor. */
  HANDSHAKE: 4,
  DATA: 8,
  /** The latest data came from the acceptor. */
  ANSWER: 16,
  END: 32,
} as const;

export class ConnectionCounts {
  /** Connections whose SYN was captured. */
  opened = 0;
  private readonly seen = new Uint8Array(MAX_CONNECTIONS);
  /** By kind, closer and phase. */
  private readonly closed = new Float64Array(KINDS.length * CLOSERS.length * PHASES.length);

  /** Each ending that has happened, with its number. */
  *endings(): Generator<ConnectionEnding & { readonly connections: number }> {
    for (const [k, kind] of KINDS.entries())
      for (const [c, by] of CLOSERS.entries())
        for (const [p, phase] of PHASES.entries()) {
          const connections = this.closed[cell(k, c, p)] as number;
          if (connections > 0) yield { kind, by, phase, connections };
        }
  }

  /** Has the connection in this row ended? */
  hasEnded(row: number): boolean {
    return ((this.seen[row] as number) & Seen.END) !== 0;
  }

  /** A connection of which nothing was seen before has the row. */
  begin(row: number): void {
    this.seen[row] = 0;
  }

  /** Data in `direction`, 0 or 1. */
  data(row: number, direction: number): void {
    const seen = this.seen[row] as number;
    const fromOpener = ((seen & Seen.OPENER_1) !== 0) === (direction === 1);
    this.seen[row] = fromOpener ? (seen & ~Seen.ANSWER) | Seen.DATA | Seen.HANDSHAKE : seen | Seen.DATA | Seen.ANSWER;
  }

  /** A segment with SYN, FIN or RST. True: a new connection begins with it. */
  control(row: number, direction: number, flags: number): boolean {
    if ((flags & TcpFlag.SYN) !== 0 && (flags & TcpFlag.RST) === 0) return this.syn(row, direction, flags);
    if (this.hasEnded(row)) return false;
    this.end(row, (flags & TcpFlag.RST) !== 0 ? 'rst' : 'fin', direction);
    return false;
  }

  /** An acknowledgement without data, in `direction`. */
  acknowledged(row: number, direction: number): void {
    const seen = this.seen[row] as number;
    if (((seen & Seen.OPENER_1) !== 0) === (direction === 1)) this.seen[row] = seen | Seen.HANDSHAKE;
  }

  /** The row will be taken by another connection. */
  forget(row: number): void {
    if (!this.hasEnded(row)) this.end(row, 'none', -1);
  }

  private syn(row: number, direction: number, flags: number): boolean {
    const seen = this.seen[row] as number;
    const isAnswer = (flags & TcpFlag.ACK) !== 0;
    const isFirst = (seen & (Seen.SYN | Seen.DATA | Seen.END | Seen.HANDSHAKE)) === 0;
    if (isAnswer && !isFirst) return false;
    const isAgain = (seen & Seen.SYN) !== 0 && (seen & (Seen.DATA | Seen.END | Seen.HANDSHAKE)) === 0;
    if (isAgain) return false;
    if (!isFirst) this.forget(row);
    this.opened++;
    const opener = isAnswer ? 1 - direction : direction;
    this.seen[row] = Seen.SYN | (opener === 1 ? Seen.OPENER_1 : 0);
    return true;
  }

  /** direction: of the segment that ends it, -1 without one. */
  private end(row: number, kind: CloseKind, direction: number): void {
    const seen = this.seen[row] as number;
    this.seen[row] = seen | Seen.END;
    const at = cell(KINDS.indexOf(kind), CLOSERS.indexOf(closerOf(seen, direction)), PHASES.indexOf(phaseOf(seen)));
    this.closed[at] = (this.closed[at] as number) + 1;
  }
}

function cell(kind: number, closer: number, phase: number): number {
  return (kind * CLOSERS.length + closer) * PHASES.length + phase;
}

function closerOf(seen: number, direction: number): Closer {
  if ((seen & Seen.SYN) === 0 || direction === -1) return 'unknown';
  return ((seen & Seen.OPENER_1) !== 0) === (direction === 1) ? 'opener' : 'acceptor';
}

function phaseOf(seen: number): ClosePhase {
  if ((seen & Seen.SYN) === 0) return 'unknown';
  if ((seen & Seen.DATA) !== 0) return (seen & Seen.ANSWER) !== 0 ? 'after-response' : 'after-request';
  return (seen & Seen.HANDSHAKE) !== 0 ? 'no-data' : 'handshake';
}
