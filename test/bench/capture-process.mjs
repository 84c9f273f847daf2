/** What a program and those it started cost, all threads included (Linux, /proc). */
import { readFileSync } from 'node:fs';
import { cpuNs } from './tail-tools.mjs';

/** pid and its children and theirs. */
function family(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')
    .split(' ')
    .filter((text) => text !== '');
  return [pid, ...children.flatMap((child) => family(Number(child)))];
}

/** Seconds of CPU since their start. */
export function cpuSeconds(pid) {
  return family(pid).reduce((sum, member) => sum + cpuNs(member), 0) / 1e9;
}

/** The most memory each has held, added up. */
export function peakBytes(pid) {
  const mark = (member) => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${member}/status`, 'latin1'))?.[1]);
  return family(pid).reduce((sum, member) => sum + mark(member) * 1024, 0);
}
