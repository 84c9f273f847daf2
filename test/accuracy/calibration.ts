/** Is a confidence what it says? Matched answers by their confidence, and how many of them are right. */
import type { Incident } from '@resetscope/diagnosis';
import { isAccepted, isRightStream, type Truth, type TruthLine } from './truth.ts';

export interface Bin {
  /** Confidence from..to, the last one with its upper end. */
  readonly from: number;
  readonly to: number;
  answers: number;
  /** The sum of their confidences. */
  confidence: number;
  rightConnection: number;
  /** Right connection, leg, resetter, phase and cause, as far as the truth tells them. */
  rightVerdict: number;
}

const EDGES = [0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1] as const;

export class Calibration {
  readonly bins: readonly Bin[] = EDGES.slice(0, -1).map((from, at) => {
    return { from, to: EDGES[at + 1] ?? 1, answers: 0, confidence: 0, rightConnection: 0, rightVerdict: 0 };
  });

  add(truth: Truth, incidents: readonly Incident[]): void {
    const lines = new Map(truth.lines.map((line) => [line.lineNumber, line]));
    for (const incident of incidents) {
      const line = lines.get(incident.line.lineNumber);
      if (line !== undefined && incident.status === 'matched') this.addAnswer(line, incident);
    }
  }

  private addAnswer(truth: TruthLine, incident: Incident): void {
    const bin = this.bins.findLast(({ from }) => incident.confidence >= from);
    if (bin === undefined) return;
    bin.answers++;
    bin.confidence += incident.confidence;
    if (truth.expect === 'unmatched' || !isRightStream(truth, incident)) return;
    bin.rightConnection++;
    if (hasRightVerdict(truth, incident)) bin.rightVerdict++;
  }
}

function hasRightVerdict(truth: TruthLine, { leg, reset, phase, cause }: Incident): boolean {
  const got = { leg, resetBy: reset?.by ?? null, phase, cause };
  return (['leg', 'resetBy', 'phase', 'cause'] as const).every((field) => {
    return truth[field] === undefined || isAccepted(truth, field, truth[field], got[field]);
  });
}
