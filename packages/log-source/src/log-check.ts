/** Finds out whether an error log can be followed, and says in one line what to do where it cannot. */
import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { ClearError } from '@resetscope/telemetry';
import { isPattern } from './glob-pattern.ts';
import type { LogSpec } from './log-spec.ts';

/** Those that are named, before any is followed; what patterns find is looked at as it is found. @throws ClearError RS_FILE_UNREADABLE */
export async function checkLogs(logs: readonly LogSpec[], mayBeMissing: boolean): Promise<void> {
  for (const { path } of logs) if (!isPattern(path)) await checkErrorLog(path, mayBeMissing);
}

/** mayBeMissing: the log may appear later. @throws ClearError RS_FILE_UNREADABLE */
export async function checkErrorLog(path: string, mayBeMissing: boolean): Promise<void> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) throw unusable(path, 'a folder', 'name the file in it, or a pattern like FOLDER/*.log');
    if (!stats.isFile()) {
      throw unusable(
        path,
        'a pipe or a device',
        "nginx's container image links its log to /dev/stderr: add a second error_log to a shared volume",
      );
    }
    await (await open(path, constants.O_RDONLY)).close();
  } catch (error) {
    if (error instanceof ClearError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && mayBeMissing) return;
    if (code === 'ENOENT') {
      throw unusable(path, 'nothing there', 'compare with error_log in nginx.conf, or give --wait', error);
    }
    if (code === 'EACCES') {
      throw unusable(path, 'no permission to read it', 'run as root or as a member of its group, often adm', error);
    }
    throw unusable(path, code ?? String(error), 'look at the path and its file system', error);
  }
}

function unusable(path: string, got: string, fix: string, cause?: unknown): ClearError {
  return new ClearError('RS_FILE_UNREADABLE', `error log: expected a file at ${path}, got ${got}`, fix, cause);
}
