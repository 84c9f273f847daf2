/** At which level does nginx write this log? Its configuration says; where that cannot be read, the lines do. */
import { type Finding, ok, skipped, warn } from '../finding.ts';
import { readTail } from './log-tail.ts';
import { isSameFile, type NginxFacts } from './nginx-facts.ts';

/** Levels at which nginx tells of clients that hang up (nginx-error-log.md section 1). */
const SHOWS_CLIENTS = /^(?:info|debug(?:_\w+)?)$/;

/** Fewer lines say nothing of what is left out. */
const LINES_TO_JUDGE = 20;

/** facts: null where the configuration cannot be read. */
export async function checkErrorLogLevel(path: string, facts: NginxFacts | null): Promise<Finding> {
  const subject = `level of ${path}`;
  const fix = `in nginx.conf: error_log ${path} info; then nginx -s reload`;
  const configured = facts?.errorLogs.filter(({ target }) => isSameFile(target, path)) ?? [];
  const hiding = configured.find(({ level }) => !SHOWS_CLIENTS.test(level));
  if (hiding !== undefined) {
    return warn(
      'error-log-level',
      subject,
      `${hiding.level}, by nginx's configuration: resets by clients are not logged`,
      fix,
    );
  }
  if (configured.length > 0)
    return ok('error-log-level', subject, "info, by nginx's configuration: resets by clients are logged");
  return judgeByLines(subject, await readTail(path), fix);
}

function judgeByLines(subject: string, tail: string, fix: string): Finding {
  if (/ \[(?:info|debug)\] /.test(tail))
    return ok('error-log-level', subject, 'info, by its lines: resets by clients are logged');
  const lines = tail.match(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[/gm)?.length ?? 0;
  if (lines === 0) return skipped('error-log-level', subject, 'no line to judge by yet');
  const sure = lines >= LINES_TO_JUDGE ? 'are not' : 'may not be';
  return warn(
    'error-log-level',
    subject,
    `none of ${lines} lines is [info]: resets by clients ${sure} logged, only those by upstreams`,
    fix,
  );
}

/** Does nginx know this log at all? Only when it was asked. */
export function checkConfiguredLog(path: string, facts: NginxFacts): Finding | null {
  if (facts.errorLogs.length === 0 || facts.errorLogs.some(({ target }) => isSameFile(target, path))) return null;
  const targets = [...new Set(facts.errorLogs.map(({ target }) => target))];
  const files = targets.filter((target) => target.startsWith('/'));
  const fix =
    files.length > 0
      ? `follow ${files.map((file) => `--error-log ${file}`).join(' ')}`
      : `in nginx.conf: error_log ${path} info;`;
  return warn(
    'error-log',
    `error log ${path}`,
    `nginx's configuration does not name it, but ${targets.join(', ')}`,
    fix,
  );
}
