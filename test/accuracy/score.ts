/** How often answers are right, added up over cases. */
import type { Incident, Outcome } from '@resetscope/diagnosis';
import { isAccepted, isRightStream, type Truth, type TruthLine } from './truth.ts';

/** Confidence from which an answer counts as sure. */
export const SURE = 0.9;

export const FIELDS = ['leg', 'resetBy', 'phase', 'cause', 'frame', 'outcome'] as const;
export type Field = (typeof FIELDS)[number];

export class Score {
  matched = 0;
  matchedRight = 0;
  /** Lines that a connection of the capture explains for certain. */
  required = 0;
  recalled = 0;
  mustNotMatch = 0;
  falseMatches = 0;
  wrongSure = 0;
  /** What was wrong, for the message of a failing test. */
  readonly wrong: string[] = [];
  private readonly rightAnswers = new Map<Field, number>();
  private readonly askedAnswers = new Map<Field, number>();

  get precision(): number {
    return ratio(this.matchedRight, this.matched);
  }

  get recall(): number {
    return ratio(this.recalled, this.required);
  }

  rate(field: Field): number {
    return ratio(this.rightAnswers.get(field) ?? 0, this.asked(field));
  }

  /** Answers that were compared. */
  asked(field: Field): number {
    return this.askedAnswers.get(field) ?? 0;
  }

  add(truth: Truth, incidents: readonly Incident[]): this {
    const byLine = new Map(incidents.map((incident) => [incident.line.lineNumber, incident]));
    for (const line of truth.lines) this.addLine(truth.case, line, byLine.get(line.lineNumber));
    return this;
  }

  private addLine(name: string, truth: TruthLine, got: Incident | undefined): void {
    const isRequired = truth.expect === 'matched' && truth.optional !== true;
    if (isRequired) this.required++;
    if (truth.expect === 'unmatched') this.mustNotMatch++;
    if (got === undefined && truth.optional === true) return;
    if (got?.status === 'matched') this.addMatch(name, truth, got, isRequired);
    if (truth.expect !== 'unmatched' || truth.leg !== undefined) this.compare('leg', truth.leg, got?.leg, truth);
    if (truth.expect === 'unmatched') return;
    this.compare('resetBy', truth.resetBy, got?.reset?.by ?? null, truth);
    this.compare('phase', truth.phase, got?.phase, truth);
    this.compare('cause', truth.cause, got?.cause, truth);
    this.compare('frame', truth.resetFrame ?? undefined, got?.reset?.frame, truth);
    for (const [key, want] of Object.entries(truth.outcome ?? {})) {
      this.compare('outcome', want, got?.outcome?.[key as keyof Outcome] ?? null, truth, key);
    }
  }

  private addMatch(name: string, truth: TruthLine, got: Incident, isRequired: boolean): void {
    this.matched++;
    if (truth.expect !== 'unmatched' && isRightStream(truth, got)) {
      this.matchedRight++;
      if (isRequired) this.recalled++;
      return;
    }
    if (truth.expect === 'unmatched') this.falseMatches++;
    if (got.confidence >= SURE) this.wrongSure++;
    this.wrong.push(`${name} line ${truth.lineNumber}: ${got.stream?.originator}, confidence ${got.confidence}`);
  }

  private compare(field: Field, want: unknown, got: unknown, truth: TruthLine, acceptKey: string = field): void {
    if (want === undefined) return;
    this.askedAnswers.set(field, this.asked(field) + 1);
    if (isAccepted(truth, acceptKey, want, got)) this.rightAnswers.set(field, (this.rightAnswers.get(field) ?? 0) + 1);
  }
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}
