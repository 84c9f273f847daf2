/** What a tailer says of its logs on /metrics: the level that its lines show, for a doctor that cannot see the logs. */
import { type Finding, ok, skipped, warn } from '../finding.ts';

const HIDES_CLIENTS = /^resetscope_tail_log_level_hides_clients\{log="((?:[^"\\]|\\.)*)"\} ([01])$/gm;

/** One for each log. metrics: Prometheus text of any app; none of a tailer: nothing. */
export function readTailerLevels(metrics: string): readonly Finding[] {
  const sawInfo = /^resetscope_tail_info_level_seen 1$/m.test(metrics);
  return [...metrics.matchAll(HIDES_CLIENTS)].map(([, log = '', hides]) => {
    const subject = `level of ${log}`;
    if (hides === '1') {
      const message = 'no line of level info, says its tailer: resets by clients are not logged';
      return warn('error-log-level', subject, message, `in nginx.conf: error_log ${log} info; then nginx -s reload`);
    }
    if (sawInfo) return ok('error-log-level', subject, 'info, says its tailer');
    return skipped('error-log-level', subject, 'too few lines to judge by, says its tailer');
  });
}
