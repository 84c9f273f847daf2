/** May the tailer's user read a log? Asked of the kernel, with that user's groups. */
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { userIds } from '@resetscope/capture';
import { findProgram } from '@resetscope/testkit';
import { type Finding, fail, ok, skipped } from '../finding.ts';

/** user: undefined: who asks, who has just read it. */
export function checkLogRights(path: string, user: string | undefined): Finding {
  const subject = `right to read ${path}`;
  if (user === undefined) return ok('error-log-rights', subject, 'this user has it (another one: --tailer-user NAME)');
  const setpriv = findProgram('setpriv');
  if (process.getuid?.() !== 0 || setpriv === null) {
    return skipped('error-log-rights', subject, 'only root, with setpriv (util-linux), can try it as another user');
  }
  const ids = userIds(user);
  if (ids === undefined)
    return fail('error-log-rights', subject, `this host knows no user ${user}`, '--tailer-user NAME');
  const asUser = ['--reuid', `${ids.uid}`, '--regid', `${ids.gid}`, '--init-groups', '--', 'test'];
  const may = (flag: string, place: string): boolean => spawnSync(setpriv, [...asUser, flag, place]).status === 0;
  if (may('-r', path)) return ok('error-log-rights', subject, `${user} has it`);
  const where = may('-x', dirname(path)) ? path : dirname(path);
  const fix = `usermod -aG adm ${user}, where ${where} belongs to group adm; or setfacl -m u:${user}:rX ${where}`;
  return fail('error-log-rights', subject, `${user} may not read it`, fix);
}
