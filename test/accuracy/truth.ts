/** truth.json of a recorded case: what happened, known from the clients and upstreams themselves, not from packets. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Incident, Outcome, StreamRef } from '@resetscope/diagnosis';

export interface TruthLine {
  readonly lineNumber: number;
  readonly leg?: string;
  readonly stream: StreamRef | null;
  readonly resetBy?: string | null;
  readonly resetFrame?: number | null;
  readonly phase?: string;
  readonly cause?: string;
  readonly outcome?: Partial<Outcome>;
  readonly expect: 'matched' | 'ambiguous' | 'unmatched';
  /** A tool may leave it out. */
  readonly optional?: boolean;
  /** Other answers that count as right, per field. */
  readonly accept?: Readonly<Record<string, readonly unknown[]>>;
}

export interface Truth {
  readonly case: string;
  readonly title: string;
  readonly timezone: string;
  /** Capture's clock minus the log's. */
  readonly clockOffsetSeconds: number;
  readonly lines: readonly TruthLine[];
}

/** Folders of a lab that hold a case, sorted. */
export function caseNames(lab: string): readonly string[] {
  return readdirSync(lab)
    .sort()
    .filter((name) => existsSync(join(lab, name, 'truth.json')));
}

/** The capture of a case, whatever its format. */
export function captureOf(caseDir: string): string {
  return join(caseDir, readdirSync(caseDir).find((file) => /^capture\.(pcap|pcapng)(\.gz)?$/.test(file)) ?? '');
}

export function readTruth(caseDir: string): Truth {
  return JSON.parse(readFileSync(join(caseDir, 'truth.json'), 'utf8'));
}

export function isRightStream(truth: TruthLine, { status, stream }: Incident): boolean {
  return status === 'matched' && stream !== null && truth.stream !== null && endsOf(stream) === endsOf(truth.stream);
}

/** In either order: who is the originator may be unknown where a capture begins late. */
function endsOf({ originator, responder }: StreamRef): string {
  return [originator, responder].sort().join(' ');
}

/** Is the answer right in a field of the truth, or one of the others that count as right? */
export function isAccepted(truth: TruthLine, field: string, want: unknown, got: unknown): boolean {
  return got === want || (truth.accept?.[field] ?? []).includes(got);
}
