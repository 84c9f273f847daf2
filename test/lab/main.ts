/** `npm run lab -- --out DIR [--seed N] [--only NAME]`: plays all cases, three at a time. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hasProgram } from '@resetscope/testkit';
import { labCases } from './cases.ts';
import { Random } from './random.ts';

const USAGE = 'usage: npm run lab -- --out DIR [--seed N] [--only NAME]... [--jobs N]';
/** A case that runs longer hangs. */
const CASE_TIMEOUT_MS = 60_000;
const PROGRAMS = ['nginx', 'tcpdump', 'tshark', 'openssl', 'ip', 'nsenter', 'unshare', 'setpriv'];

function play(name: string, seed: string, dir: string): Promise<string | null> {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const node = [process.execPath, '--conditions=@resetscope/source', '--import', join(here, 'load-typescript.mjs')];
  const args = ['--pdeathsig', 'TERM', 'unshare', '-n', ...node, join(here, 'run-case.ts'), name, seed, dir];
  return new Promise((done) => {
    execFile('setpriv', args, { timeout: CASE_TIMEOUT_MS }, (error, _stdout, stderr) => {
      done(error === null ? null : `${error.killed ? 'timed out. ' : ''}${stderr.trim() || error.message}`);
    });
  });
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      out: { type: 'string' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string', multiple: true, default: [] },
      jobs: { type: 'string', default: '3' },
    },
  });
  const { out, seed, only } = values;
  if (out === undefined) return fail(USAGE, 2);
  const missing = PROGRAMS.filter((program) => !hasProgram(program));
  if (missing.length > 0) return fail(`expected ${missing.join(', ')} to be installed`, 1);
  if (process.getuid?.() !== 0) return fail('expected root: network namespaces and tcpdump need it', 1);
  const known = labCases(new Random(`${seed} cases`)).map(({ name }) => name);
  const unknown = only.filter((name) => !known.includes(name));
  if (unknown.length > 0) return fail(`there is no case ${unknown.join(', ')}; there are ${known.join(', ')}`, 2);
  const waiting = known.filter((name) => only.length === 0 || only.includes(name));
  let broken = 0;
  const work = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const dir = join(resolve(out), name);
      const failure = await play(name, seed, dir);
      if (failure !== null) broken++;
      process.stdout.write(`${name.padEnd(26)}${failure === null ? summary(dir) : `FAILED: ${failure}`}\n`);
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));
  return broken === 0 ? 0 : 1;
}

function fail(message: string, code: number): number {
  process.stderr.write(`${message}\n`);
  return code;
}

function summary(dir: string): string {
  const truth = JSON.parse(readFileSync(join(dir, 'truth.json'), 'utf8'));
  const problems = (truth.problems as string[]).map((problem) => `\n    ${problem}`).join('');
  return `${truth.lines.length} lines, ${truth.untruthed.length} untruthed, ${truth.noise.streams} streams${problems}`;
}

process.exitCode = await main();
