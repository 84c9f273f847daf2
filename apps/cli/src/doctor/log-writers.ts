/** Which processes hold a file open for writing, as /proc shows it: of this pid namespace, and of those we may look at. */
import { readdir, readFile, readlink, stat } from 'node:fs/promises';

export interface LogWriter {
  readonly pid: number;
  /** proc_pid_comm(5): 15 characters, chosen by the process. */
  readonly command: string;
  /** The file it writes: the log, or what the log was before it was renamed or removed. */
  readonly kind: 'log' | 'former-log';
  /** As the process has it, with ` (deleted)` where it is gone. */
  readonly path: string;
}

export interface WriterSearch {
  readonly writers: readonly LogWriter[];
  /** Processes called nginx, and of these those that may not be looked at. */
  readonly nginxCount: number;
  readonly deniedNginxCount: number;
}

/** open(2): the access mode in fdinfo's octal flags. */
const O_ACCMODE = 3;

export async function findLogWriters(path: string): Promise<WriterSearch> {
  const log = await stat(path);
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map((pid) => lookAtProcess(pid, path, log)));
  const nginx = found.filter(({ command }) => command === 'nginx');
  return {
    writers: found.flatMap(({ writers }) => writers),
    nginxCount: nginx.length,
    deniedNginxCount: nginx.filter(({ isDenied }) => isDenied).length,
  };
}

interface Identity {
  readonly dev: number;
  readonly ino: number;
}

interface ProcessLook {
  readonly command: string;
  readonly isDenied: boolean;
  readonly writers: readonly LogWriter[];
}

async function lookAtProcess(pid: number, path: string, log: Identity): Promise<ProcessLook> {
  const command = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
  const descriptors = await readdir(`/proc/${pid}/fd`).catch((error: NodeJS.ErrnoException) => error.code ?? '');
  if (typeof descriptors === 'string') return { command, isDenied: descriptors === 'EACCES', writers: [] };
  const writers: LogWriter[] = [];
  for (const descriptor of descriptors) {
    const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
    // Other containers name the same file otherwise: nginx's descriptors are compared by file, others by name first.
    if (command !== 'nginx' && !target.startsWith(path)) continue;
    const kind = await kindOf(`/proc/${pid}/fd/${descriptor}`, target, path, log);
    if (kind !== null && (await isWritten(pid, descriptor))) writers.push({ pid, command, kind, path: target });
  }
  return { command, isDenied: false, writers };
}

async function kindOf(
  descriptor: string,
  target: string,
  path: string,
  log: Identity,
): Promise<LogWriter['kind'] | null> {
  const file = await stat(descriptor).catch(() => null);
  if (file === null || !file.isFile()) return null;
  if (file.dev === log.dev && file.ino === log.ino) return 'log';
  // logrotate: error.log.1, error.log-20261122; removed: "error.log (deleted)".
  return target.startsWith(path) && /^(?:[.-]\d+)*(?: \(deleted\))?$/.test(target.slice(path.length))
    ? 'former-log'
    : null;
}

async function isWritten(pid: number, descriptor: string): Promise<boolean> {
  const info = await readFile(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8').catch(() => '');
  const flags = Number.parseInt(/^flags:\s*([0-7]+)$/m.exec(info)?.[1] ?? '0', 8);
  return (flags & O_ACCMODE) !== 0;
}
