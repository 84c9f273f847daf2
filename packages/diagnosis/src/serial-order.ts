/**
 * Connection numbers against the order of SYNs: a weak prior inside one process, never a key (nginx-error-log section 4;
 * numbers are given at accept, and a worker may accept late). Used to choose among connections that fit a line alike.
 */
import type { TcpStream } from '@resetscope/flow';
import type { ScorePart } from './candidate.ts';
import type { LogLine } from './log-line.ts';
import { addTo, type Multimap } from './multimap.ts';

/** A worker accepts this late at most, but for a stall (measured: within milliseconds). */
const ACCEPT_SLACK_US = 1_000_000;

interface Anchor {
  readonly serial: number;
  readonly synUs: number;
}

/** A little more than what counts as alike (match.ts): enough to decide among equals, and nothing else. */
const FITS: ScorePart = { kind: 'serial', weight: 0.3, text: 'connection number between its neighbours' };
const MISFITS: ScorePart = { kind: 'serial', weight: -0.3, text: 'connection number out of order' };

export class SerialOrder {
  private readonly anchors: Multimap<number, Anchor> = new Map();

  /** A client connection whose line is known for sure. */
  note(line: LogLine, stream: TcpStream): void {
    const { pid, connectionNumber } = line.entry;
    if (line.leg !== 'client' || connectionNumber === null || !stream.sawSyn) return;
    addTo(this.anchors, pid, { serial: connectionNumber, synUs: stream.firstUs });
  }

  /** Null: nothing to compare with. */
  partOf(line: LogLine, stream: TcpStream): ScorePart | null {
    const { pid, connectionNumber } = line.entry;
    const anchors = this.anchors.get(pid);
    if (line.leg !== 'client' || connectionNumber === null || anchors === undefined || !stream.sawSyn) return null;
    let fits = true;
    for (const { serial, synUs } of anchors) {
      if (serial < connectionNumber && stream.firstUs < synUs - ACCEPT_SLACK_US) fits = false;
      if (serial > connectionNumber && stream.firstUs > synUs + ACCEPT_SLACK_US) fits = false;
    }
    return fits ? FITS : MISFITS;
  }
}
