/** `resetscope analyze`: an error log and a capture in, a verdict per line out. No Redis, no network. */
import { type AccessLog, accessInterest, type LogLine } from '@resetscope/diagnosis';
import { type Analysis, type Detail, renderAnalysisText, visibleJson } from '@resetscope/report';
import { ClearError, ExitCode } from '@resetscope/telemetry/clear-error';
import { conclude } from './analyze/conclude.ts';
import { writeEvidence } from './analyze/evidence-folder.ts';
import { inputFile, isReadOnce } from './analyze/input-file.ts';
import { ANALYZE_HELP, type AnalyzeOptions, readAnalyzeOptions } from './analyze/options.ts';
import { ProgressBar } from './analyze/progress-bar.ts';
import { readCaptures } from './analyze/read-capture.ts';
import { readAccessLogs, readErrorLogs } from './analyze/read-logs.ts';
import { type ReadMeter, SILENT_METER } from './analyze/read-meter.ts';
import { writeReport } from './analyze/report-file.ts';
import { Spill } from './analyze/spill.ts';
import { Terminal, wantsColor } from './terminal.ts';

/** Resolves with the exit code. @throws ClearError for flags, files that cannot be read, files that are something else. */
export async function runAnalyze(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(ANALYZE_HELP);
    return ExitCode.ok;
  }
  const options = readAnalyzeOptions(argv);
  await assertThreads(options);
  const spill = new Spill();
  try {
    print(await analyzeFiles(options, spill), options);
  } finally {
    await spill.remove();
  }
  return ExitCode.ok;
}

async function analyzeFiles(options: AnalyzeOptions, spill: Spill): Promise<Analysis> {
  const { evidenceDir, htmlFile } = options;
  const reading = await withProgress('reading', options, async (meter) => {
    const logs = await readErrorLogs(options.errorLogs, options.timezone, meter);
    assertLines(options.detail, logs.lines);
    const accessLog = options.accessLogs.length === 0 ? null : await readAccess(options, meter, logs.lines);
    const files = options.captures.map(inputFile);
    const captures = evidenceDir === null ? files : await spill.readTwice(files, meter);
    const content = await readCaptures(captures, meter, logs.lines, options.threads, accessLog);
    return { logs, accessLog, captures, content };
  });
  const { logs, accessLog, captures, content } = reading;
  const { analysis, cases } = conclude(logs, accessLog, content, options.clockOffsetSeconds);
  if (evidenceDir !== null) {
    await withProgress('evidence from', options, (meter) => writeEvidence(evidenceDir, captures, cases, meter));
  }
  if (htmlFile !== null) await writeReport(htmlFile, analysis, options);
  return analysis;
}

function readAccess(options: AnalyzeOptions, meter: ReadMeter, lines: readonly LogLine[]): Promise<AccessLog> {
  return readAccessLogs(options.accessLogs, meter, options.accessLogFormat, accessInterest(lines));
}

/** A bar on standard error while `read` goes on: for a person who waits, so not with --json. */
async function withProgress<T>(
  verb: string,
  { quiet, output }: AnalyzeOptions,
  read: (meter: ReadMeter) => Promise<T>,
): Promise<T> {
  if (quiet || output === 'json') return read(SILENT_METER);
  const bar = new ProgressBar(new Terminal(process.stderr, process.env), verb);
  try {
    return await read(bar);
  } finally {
    bar.clear();
  }
}

/** Every thread reads the captures by itself. */
async function assertThreads({ threads, captures }: AnalyzeOptions): Promise<void> {
  if (threads === null || threads === 1) return;
  for (const file of captures.map(inputFile)) {
    if (!(await isReadOnce(file))) continue;
    const message = `expected --threads 1 with ${file.name}: it can be read once`;
    throw new ClearError('RS_USAGE', message, 'see resetscope analyze --help');
  }
}

/** Line numbers named in a message. */
const LINES_NAMED = 12;

/** Before the captures are read: a wrong number must not cost minutes. */
function assertLines(detail: AnalyzeOptions['detail'], lines: readonly LogLine[]): void {
  if (typeof detail === 'string') return;
  const known = [...new Set(lines.map(({ ref }) => ref.lineNumber))];
  const unknown = detail.find((number) => !known.includes(number));
  if (unknown === undefined) return;
  const shown = `${known.slice(0, LINES_NAMED).join(', ')}${known.length > LINES_NAMED ? ', …' : ''}`;
  const found = known.length === 0 ? 'the log has none' : `the log has them at ${shown}`;
  throw new ClearError('RS_USAGE', `expected --line to be a line about a reset, got ${unknown}; ${found}`);
}

/** Columns where standard output is no terminal. */
const DEFAULT_WIDTH = 100;

function print(analysis: Analysis, options: AnalyzeOptions): void {
  if (options.output === 'json') {
    process.stdout.write(`${visibleJson(analysis, 1)}\n`);
    return;
  }
  const style = { color: wantsColor(process.stdout, process.env), width: process.stdout.columns ?? DEFAULT_WIDTH };
  process.stdout.write(renderAnalysisText(analysis, style, detailOf(options.detail, analysis)));
}

function detailOf(detail: AnalyzeOptions['detail'], { incidents }: Analysis): Detail {
  if (typeof detail === 'string') return { kind: detail };
  return { kind: 'these', incidents: incidents.filter(({ line }) => detail.includes(line.lineNumber)) };
}
