/** A rule names one cause: pure, one file each, tried in the order of rules/index.ts; the first that answers wins. */
import type { CaseFile } from './case-file.ts';
import type { Evidence, ResetBy } from './incident.ts';

export interface Finding {
  /** Who decided it; null when the connection ended by FIN, or in silence. */
  readonly by: ResetBy | null;
  /** 0..1: certain 0.97, high 0.9, medium 0.7, low 0.4 (docs/verdicts.md). */
  readonly confidence: number;
  /** At least one: no evidence, no verdict. */
  readonly evidence: readonly [Evidence, ...Evidence[]];
  /** Causes that look the same in packets and log. */
  readonly rivals?: readonly Rival[];
}

/** Another cause with the same traces. */
export interface Rival {
  readonly cause: string;
  /** The observation that would tell them apart, and is not there. */
  readonly missing: string;
}

export interface Rule {
  readonly cause: string;
  /** The nginx line, RFC section or measurement the rule rests on. */
  readonly see: string;
  judge(c: CaseFile): Finding | null;
}

export const Confidence = { certain: 0.97, high: 0.9, medium: 0.7, low: 0.4 } as const;
