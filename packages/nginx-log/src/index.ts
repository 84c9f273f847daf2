/** nginx error-log and access-log lines as data. */

export type { AccessLogEntry } from './access-log-line.ts';
export { detectLogFormat, parseAccessLogLine } from './access-log-line.ts';
export type { Action, ActionPhrase } from './action.ts';
export { isPreRequest, knownPhrase } from './action.ts';
export type { LogStamp } from './civil-time.ts';
export type { Endpoint } from './endpoint.ts';
export { isIpText, parseEndpoint } from './endpoint.ts';
export type { ContextKind, ErrorLogEntry, Level, LineContext } from './error-log-entry.ts';
export type { ParsedLine } from './error-log-line.ts';
export { parseErrorLogLine } from './error-log-line.ts';
export { mayBeOfInterest } from './interest.ts';
export { decodeLatin1 } from './latin1.ts';
export type { LineKind } from './line-kind.ts';
export { FAMILY_KINDS, isLostConnectionErrno, isResetFamily, LINE_KINDS, lineKind } from './line-kind.ts';
export { flagsFromNext, LineSequence } from './line-sequence.ts';
export type { AccessLogFormat, LogEscape, LogFormatPart, ValueShape } from './log-format.ts';
export {
  COMBINED_LOG_FORMAT,
  compileLogFormat,
  DETAILED_LOG_FORMAT,
  INGRESS_LOG_FORMAT,
  MAIN_LOG_FORMAT,
  RECOMMENDED_LOG_FORMAT,
} from './log-format.ts';
export type { RequestLine } from './request-line.ts';
export { parseRequestLine } from './request-line.ts';
export type { Certainty, SideDecision } from './side.ts';
export { decideSide } from './side.ts';
export { StampClock } from './stamp-clock.ts';
export type { StreamBytes } from './stream-bytes.ts';
export type { StreamConnect } from './stream-connect.ts';
export { parseStreamConnect } from './stream-connect.ts';
export type { SuspectFlag } from './suspect-flag.ts';
export type { StampInstants } from './time-zone.ts';
export { isTimeZone, stampToEpochUs } from './time-zone.ts';
export type { UpstreamRef } from './upstream-ref.ts';
export { parseUpstream } from './upstream-ref.ts';
export type { UnwrappedLine } from './wrapped-line.ts';
export { unwrapLine } from './wrapped-line.ts';
