/** `resetscope doctor --json` as a process of its own, and what it found. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from '@resetscope/testkit';

const CLI = join(repositoryRoot(), 'apps', 'cli', 'bin', 'resetscope.js');

/** BullMQ itself warns of the policy that the doctor finds. */
const BULLMQ_WARNING = /^IMPORTANT! Eviction policy is .*\n/gm;

export interface DoctorFinding {
  readonly id: string;
  readonly status: 'ok' | 'warn' | 'fail' | 'skipped';
  readonly subject: string;
  readonly message: string;
  readonly fix?: string;
  readonly meaning: string;
}

export interface DoctorRun {
  readonly code: number | null;
  readonly findings: readonly DoctorFinding[];
  /** The findings of that check. */
  of(id: string): readonly DoctorFinding[];
}

/** prefix: a program that starts it with other rights. */
export async function runDoctor(argv: readonly string[], prefix: readonly string[] = []): Promise<DoctorRun> {
  const [program = process.execPath, ...args] = [...prefix, process.execPath, CLI, 'doctor', '--json', ...argv];
  const child = spawn(program, args, {
    env: { ...process.env, REDIS_URL: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (stderr.replace(BULLMQ_WARNING, '') !== '') throw new Error(`expected nothing on standard error, got ${stderr}`);
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly DoctorFinding[] };
  return { code, findings, of: (id) => findings.filter((finding) => finding.id === id) };
}
