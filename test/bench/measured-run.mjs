/** Runs a program and measures it from outside: wall time, CPU time and the most memory it held, all threads included (Linux, /proc). */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Clock ticks a second of /proc/PID/stat (getconf CLK_TCK on every Linux in use). */
const TICKS_A_SECOND = 100;
/** Milliseconds between looks: the high-water mark only grows, so what is missed is the growth of the last moment. */
const LOOK_MS = 20;

function look(pid, seen) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
    seen.cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
    const mark = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    if (mark !== null) seen.peakBytes = Math.max(seen.peakBytes, Number(mark[1]) * 1024);
  } catch {
    // it has just ended
  }
}

/** @returns {Promise<{ seconds: number, cpuSeconds: number, peakBytes: number, stdout: string }>} */
export function measuredRun(command, args) {
  return new Promise((resolve, reject) => {
    const started = process.hrtime.bigint();
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const seen = { cpuSeconds: 0, peakBytes: 0 };
    const looking = setInterval(() => look(child.pid, seen), LOOK_MS);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.once('error', (error) => reject(new Error(`${command}: ${error.message}`)));
    child.once('exit', () => clearInterval(looking));
    child.once('close', (code) => {
      const seconds = Number(process.hrtime.bigint() - started) / 1e9;
      if (code === 0) resolve({ seconds, ...seen, stdout });
      else reject(new Error(`${command} ended with ${code}: ${stderr.trim().split('\n').at(-1)}`));
    });
  });
}

/** Of an odd number of values. */
export function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
