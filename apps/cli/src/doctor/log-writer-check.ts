/** Does nginx write to the log that is followed, and nobody else? */
import { type Finding, ok, skipped, warn } from '../finding.ts';
import type { WriterSearch } from './log-writers.ts';

export function checkLogWriters(path: string, { writers, nginxCount, deniedNginxCount }: WriterSearch): Finding {
  const subject = `writer of ${path}`;
  const ofNginx = writers.filter(({ command }) => command === 'nginx');
  const former = ofNginx.find(({ kind }) => kind === 'former-log');
  const stranger = writers.find(({ command, kind }) => command !== 'nginx' && kind === 'log');
  if (former !== undefined) {
    const message = `nginx (process ${former.pid}) still writes to ${former.path}: it was not told of a rotation`;
    return warn(
      'error-log-writer',
      subject,
      message,
      'nginx -s reopen, and the same after each rotation: postrotate, kill -USR1',
    );
  }
  if (stranger !== undefined) {
    const message = `${stranger.command} (process ${stranger.pid}) writes to it too`;
    return warn('error-log-writer', subject, message, 'give it a log of its own');
  }
  if (ofNginx.length > 0) return ok('error-log-writer', subject, 'nginx');
  if (nginxCount === 0)
    return skipped('error-log-writer', subject, 'no nginx among the processes that can be seen here');
  if (deniedNginxCount > 0) return skipped('error-log-writer', subject, 'the files of nginx can be seen by root only');
  const fix = 'compare with nginx -T | grep error_log; after a change nginx -s reload';
  return warn('error-log-writer', subject, 'nginx runs and does not write to it', fix);
}
