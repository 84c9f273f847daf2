export type { LogFormat } from './container-record.ts';
export { FileLog, type FileLogEvents, type FormatChoice } from './file-log.ts';
export { isPattern } from './glob-pattern.ts';
export { checkLogs } from './log-check.ts';
export {
  type LogConsumer,
  LogSet,
  type LogSetEvents,
  type LogSetOptions,
  REFUSAL_REASONS,
  type RefusalReason,
} from './log-set.ts';
export { type LogSpec, parseLogSpec } from './log-spec.ts';
export type { LineTest, LogSource, SourceBatch, SourceLine } from './source-line.ts';
export { parseSyslogSpec, type SyslogAddress, type SyslogSpec, syslogName } from './syslog-address.ts';
export { DATAGRAM_RESULTS, type DatagramResult, SyslogSource, type SyslogSourceOptions } from './syslog-source.ts';
