export { AccessLog } from './access-log.ts';
export { type Analysed, type AnalyseInput, analyse } from './analyse.ts';
export type { Candidate } from './candidate.ts';
export { CAUSES } from './cause-table.ts';
export { type Cause, type CauseSide, causeById } from './causes.ts';
export { durationText } from './evidence.ts';
export type {
  Alternative,
  CauseAlternative,
  Completeness,
  Evidence,
  Fix,
  Harm,
  Incident,
  LadderRow,
  Leg,
  LineRef,
  Outcome,
  Phase,
  ResetBy,
  ResetRef,
  StreamRef,
  Ternary,
  Trust,
  UnmatchedReason,
} from './incident.ts';
export { LogFacts } from './log-facts.ts';
export { isWorthExplaining, type LogLine, logLine, upstreamKey } from './log-line.ts';
export type { Match } from './match.ts';
export { isHalfOpen } from './noticed.ts';
export { phaseAt } from './phase.ts';
export type { Silence, SilenceReason } from './silence.ts';
export { Surroundings } from './surroundings.ts';
export { rfc3339 } from './time-text.ts';
export { causeOfHalfOpen, type Quiet, type Unlogged } from './unlogged.ts';
export { unmatchedText } from './unmatched.ts';
export { frameFilter, streamFilter } from './wireshark-filter.ts';
