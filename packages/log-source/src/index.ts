export type { LogFormat } from './container-record.ts';
export { FileLog, type FileLogEvents } from './file-log.ts';
export { type FormatChoice, parseFormatChoice } from './format-choice.ts';
export { isPattern } from './glob-pattern.ts';
export { checkLogs, type LogLook, lookAtLog } from './log-check.ts';
export {
  DEFAULT_MAX_LOGS,
  type LogConsumer,
  LogSet,
  type LogSetEvents,
  type LogSetOptions,
  MAX_LOGS_MAX,
  REFUSAL_REASONS,
  type RefusalReason,
} from './log-set.ts';
export { type LogSpec, parseLogSpec, parseLogSpecs } from './log-spec.ts';
export type { LineTest, LogSource, SourceBatch, SourceLine } from './source-line.ts';
export {
  parseSyslogSpec,
  parseSyslogSpecs,
  type SyslogAddress,
  type SyslogSpec,
  syslogName,
} from './syslog-address.ts';
export { DATAGRAM_RESULTS, type DatagramResult, SyslogSource, type SyslogSourceOptions } from './syslog-source.ts';
