/** Finds out whether an error log can be followed, and says what to do where it cannot. */
import { constants, type Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { ClearError } from '@resetscope/telemetry';
import { isPattern } from './glob-pattern.ts';
import type { LogSpec } from './log-spec.ts';

export type LogLook =
  | { readonly kind: 'readable'; readonly stats: Stats }
  /** Something else is there than a file that may be read, or nothing. */
  | {
      readonly kind: 'missing' | 'unusable';
      /** What was found where a file was expected, in words. */
      readonly got: string;
      readonly fix: string;
      readonly cause: unknown;
    };

/** What lies at the path of a log. Never rejects; opens nothing but files. */
export async function lookAtLog(path: string): Promise<LogLook> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) return unusable('a folder', 'name the file in it, or a pattern like FOLDER/*.log');
    if (!stats.isFile()) {
      const fix = "nginx's container image links its log to /dev/stderr: add a second error_log to a shared volume";
      return unusable('a pipe or a device', fix);
    }
    await (await open(path, constants.O_RDONLY)).close();
    return { kind: 'readable', stats };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') {
      return { kind: 'missing', got: 'nothing there', fix: 'compare with error_log in nginx.conf', cause: error };
    }
    if (code === 'EACCES') {
      return unusable('no permission to read it', 'run as root or as a member of its group, often adm', error);
    }
    return unusable(code ?? String(error), 'look at the path and its file system', error);
  }
}

function unusable(got: string, fix: string, cause?: unknown): LogLook {
  return { kind: 'unusable', got, fix, cause };
}

/**
 * Those that are named, before any is followed; what patterns find is looked at as it is found. mayBeMissing: with --wait.
 * @throws ClearError RS_FILE_UNREADABLE
 */
export async function checkLogs(logs: readonly LogSpec[], mayBeMissing: boolean): Promise<void> {
  for (const { path } of logs) {
    const found = isPattern(path) ? null : await lookAtLog(path);
    if (found === null || found.kind === 'readable' || (found.kind === 'missing' && mayBeMissing)) continue;
    const fix = found.kind === 'missing' ? `${found.fix}, or give --wait` : found.fix;
    const message = `error log: expected a file at ${path}, got ${found.got}`;
    throw new ClearError('RS_FILE_UNREADABLE', message, fix, found.cause);
  }
}
