/** The offline analysis over situations that did not exist a minute ago: real nginx, real sockets, truth by the actors. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Incident } from '@resetscope/diagnosis';
import { canCapture, hasProgram, makeTempDir, repositoryRoot, type TempDir } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { conclude } from '../../apps/cli/src/analyze/conclude.ts';
import { inputFile } from '../../apps/cli/src/analyze/input-file.ts';
import { readCaptures } from '../../apps/cli/src/analyze/read-capture.ts';
import { readErrorLogs } from '../../apps/cli/src/analyze/read-logs.ts';
import { SILENT_METER } from '../../apps/cli/src/analyze/read-meter.ts';
import { FIELDS, Score } from '../accuracy/score.ts';
import { readTruth, type Truth, type TruthLine } from '../accuracy/truth.ts';

/** Broad and quick; `npm run lab` plays all of them. */
const CASES = [
  'client-head',
  'client-body',
  'client-waiting',
  'client-response',
  'client-idle',
  'client-pipelined',
  'upstream-early',
  'upstream-response',
  'fastcgi',
  'tls-data',
  'http2',
  'equal-lines',
  'equal-at-once',
  'forged',
  'port-reused',
  'clock',
];
const SEED = process.env['RESETSCOPE_LAB_SEED'] ?? '1';
const PROGRAMS = ['nginx', 'tcpdump', 'tshark', 'openssl', 'ip', 'nsenter', 'unshare', 'setpriv'];
const missing = PROGRAMS.filter((program) => !hasProgram(program));
const isAble = missing.length === 0 && canCapture() && process.getuid?.() === 0;

/** Confidence from which an answer counts as sure. */
const SURE = 0.9;
/** Below what seeds 1, 2, 5 and 8 reached (measured). Lines that are ambiguous, as some here must be, have no other answer: a tenth of these. */
const LOWEST = { recall: 0.95, leg: 1, resetBy: 0.85, phase: 0.85, cause: 0.85, frame: 0.85, outcome: 0.85 };

interface Played {
  readonly truth: Truth;
  readonly incidents: readonly Incident[];
}

async function analyseCase(dir: string): Promise<Played> {
  const truth = readTruth(dir);
  const logs = await readErrorLogs([join(dir, 'error.log')], truth.timezone, SILENT_METER);
  const content = await readCaptures([inputFile(join(dir, 'capture.pcap'))], SILENT_METER, logs.lines);
  return { truth, incidents: conclude(logs, null, content, null).analysis.incidents };
}

/** Sure about the right connection, but wrong about the leg or about who reset it. */
function sureAndWrong({ truth, incidents }: Played): string[] {
  return truth.lines.flatMap((line) => {
    const got = incidents.find((incident) => incident.line.lineNumber === line.lineNumber);
    if (got?.status !== 'matched' || got.confidence < SURE || line.expect === 'unmatched') return [];
    const isRight = got.leg === line.leg && accepts(line, got.reset?.by ?? null);
    return isRight ? [] : [`${truth.case} line ${line.lineNumber}: ${got.leg} ${got.reset?.by}`];
  });
}

function accepts({ resetBy, accept }: TruthLine, by: string | null): boolean {
  return by === resetBy || (accept?.['resetBy'] ?? []).includes(by);
}

const reason = `the lab needs root and ${missing.length === 0 ? 'CAP_NET_RAW' : missing.join(', ')}`;
describeIf(isAble, reason)('cases made now', () => {
  let temp: TempDir;
  const played: Played[] = [];

  beforeAll(async () => {
    temp = await makeTempDir('resetscope-lab-');
    const only = CASES.flatMap((name) => ['--only', name]);
    const lab = join(repositoryRoot(), 'test', 'lab');
    const node = ['--conditions=@resetscope/source', '--import', join(lab, 'load-typescript.mjs')];
    const args = ['--out', temp.path, '--seed', SEED, '--jobs', '4', ...only];
    await promisify(execFile)(process.execPath, [...node, join(lab, 'main.ts'), ...args]);
    for (const name of CASES) played.push(await analyseCase(join(temp.path, name)));
  }, 90_000);

  afterAll(() => temp?.remove());

  test('no line is joined to a connection that is not its own, nothing sure is wrong', () => {
    const total = new Score();
    for (const { truth, incidents } of played) total.add(truth, incidents);
    expect(played.reduce((lines, { truth }) => lines + truth.lines.length, 0)).toBeGreaterThan(80);
    expect(total).toMatchObject({ precision: 1, falseMatches: 0, wrongSure: 0, wrong: [] });
    expect(total.mustNotMatch).toBeGreaterThanOrEqual(2);
    expect(played.flatMap(sureAndWrong)).toEqual([]);
  });

  test('rates', () => {
    const total = new Score();
    for (const { truth, incidents } of played) total.add(truth, incidents);
    const rates = { recall: total.recall, ...Object.fromEntries(FIELDS.map((field) => [field, total.rate(field)])) };
    const tooLow = Object.entries(LOWEST).filter(
      ([field, lowest]) => (rates as Record<string, number>)[field]! < lowest,
    );
    expect({ tooLow, rates }).toMatchObject({ tooLow: [] });
  });
});
