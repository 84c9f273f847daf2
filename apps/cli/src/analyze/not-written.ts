/** Why something could not be written, in words. */
import { ClearError } from '@resetscope/telemetry/clear-error';

/** errno(3) of open, write and rename. */
const REASONS: Readonly<Record<string, string>> = {
  EEXIST: 'there is a file of that name',
  EISDIR: 'that is a folder',
  ENOENT: 'no such folder',
  ENOTDIR: 'a part of that path is a file',
  EACCES: 'permission denied',
  EROFS: 'that file system is read-only',
  ENOSPC: 'no space left on that disk',
  EDQUOT: 'the disk quota is used up',
  ENAMETOOLONG: 'the name is too long',
};

/** what: `evidence to DIR`. */
export function notWritten(what: string, error: unknown, fix: string): ClearError {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  return new ClearError('RS_FILE_UNREADABLE', `cannot write ${what}: ${REASONS[code] ?? code}`, fix, error);
}
