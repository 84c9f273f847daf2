export { type AccessInterest, AccessLog, accessInterest } from './access-log.ts';
export { type Analysed, type AnalyseInput, analyse } from './analyse.ts';
export type { Candidate } from './candidate.ts';
export { CAUSE_MEANINGS, type CauseMeaning, causeMeaning } from './cause-meaning.ts';
export { CAUSES } from './cause-table.ts';
export { type Cause, type CauseSide, causeById } from './causes.ts';
export { type TimeDifference, timeDifferences } from './clock-offset.ts';
export { type Directive, directivesOf } from './directives.ts';
export { durationText } from './evidence.ts';
export type {
  AccessFacts,
  Alternative,
  CauseAlternative,
  Completeness,
  Evidence,
  Fix,
  Harm,
  Incident,
  JoinedBy,
  LadderRow,
  Leg,
  LineRef,
  OtherLeg,
  Outcome,
  Phase,
  ResetBy,
  ResetRef,
  StreamRef,
  Ternary,
  UnmatchedReason,
} from './incident.ts';
export { type LegInterest, legInterest, mayBeOtherLeg } from './leg-interest.ts';
export { type LegQuestion, legQuestion } from './leg-question.ts';
export { LogFacts } from './log-facts.ts';
export { type LogLine, logLine, upstreamKey } from './log-line.ts';
export type { Match } from './match.ts';
export { addTo, type Multimap } from './multimap.ts';
export { isHalfOpen } from './noticed.ts';
export { type FoundLeg, type LegView, OtherLegs } from './other-legs.ts';
export { phaseAt } from './phase.ts';
export { Retries, type Retry } from './retries.ts';
export type { Silence, SilenceReason } from './silence.ts';
export { streamRef } from './stream-ref.ts';
export { Surroundings } from './surroundings.ts';
export { rfc3339 } from './time-text.ts';
export type { PacketReach, ReachGap, Trust } from './trust.ts';
export {
  causeOfHalfOpen,
  type Quiet,
  type QuietCase,
  type QuietContext,
  quietCase,
  type Unlogged,
} from './unlogged.ts';
export { type UnloggedIncident, unloggedIncident } from './unlogged-incident.ts';
export { NEAR_LINE_US, requestOnOtherLeg, requestsOf } from './unlogged-requests.ts';
export { unmatchedText } from './unmatched.ts';
export { type Unreadable, unreadUntil } from './unreadable.ts';
export { frameFilter, streamFilter } from './wireshark-filter.ts';
