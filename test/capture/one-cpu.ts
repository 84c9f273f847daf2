/**
 * The calling thread on one processor. What it sends, and what programs send that it starts meanwhile, then passes all packet sockets
 * in one order; on two processors at once each socket may see another order.
 */
import { execFileSync } from 'node:child_process';

const taskset = (...args: readonly string[]): string => execFileSync('taskset', args, { encoding: 'latin1' });

/** The function returned lets the thread run where it could before. Of the main thread only: its id is that of the process. */
export function stayOnOneCpu(): () => void {
  const pid = `${process.pid}`;
  const before = /: (\S+)$/m.exec(taskset('-cp', pid))?.[1] ?? '0';
  taskset('-cp', before.split(/[,-]/)[0] ?? '0', pid);
  return () => {
    taskset('-cp', before, pid);
  };
}
