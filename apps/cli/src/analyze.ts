/** `resetscope analyze`: an error log and a capture in, a verdict per line out. No Redis, no network. */
import { type AccessLog, analyse, type Incident, type LogLine } from '@resetscope/diagnosis';
import { type Analysis, evidenceNotes, ladderRows, renderAnalysisText, renderIncidentText } from '@resetscope/report';
import { ExitCode } from '@resetscope/telemetry';
import { writeEvidence } from './analyze/evidence-folder.ts';
import { ANALYZE_HELP, type AnalyzeOptions, readAnalyzeOptions } from './analyze/options.ts';
import { type CaptureContent, readCaptures } from './analyze/read-capture.ts';
import { readAccessLogs, readErrorLogs } from './analyze/read-logs.ts';

/** Resolves with the exit code. @throws ClearError for flags, files that cannot be read, files that are something else. */
export async function runAnalyze(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(ANALYZE_HELP);
    return ExitCode.ok;
  }
  const options = readAnalyzeOptions(argv);
  const logs = await readErrorLogs(options.errorLogs, options.timezone);
  const accessLog = options.accessLogs.length === 0 ? null : await readAccessLogs(options.accessLogs);
  const capture = await readCaptures(options.captures);
  const analysis = conclude(logs.lines, accessLog, capture, options, [...logs.warnings, ...capture.warnings]);
  if (options.evidenceDir !== null) await writeEvidence(options.evidenceDir, options.captures, analysis.incidents);
  print(analysis, options);
  return ExitCode.ok;
}

function conclude(
  lines: readonly LogLine[],
  accessLog: AccessLog | null,
  capture: CaptureContent,
  options: AnalyzeOptions,
  warnings: readonly string[],
): Analysis {
  const { results, clockOffsetUs } = analyse({
    lines,
    streams: capture.streams,
    surroundings: capture.surroundings,
    accessLog,
    clockOffsetUs: options.clockOffsetSeconds === null ? null : options.clockOffsetSeconds * 1_000_000,
    lostPackets: capture.lostPackets,
  });
  const incidents = results.map(({ incident, match }): Incident => {
    if (match.kind !== 'matched') return incident;
    return { ...incident, ladder: ladderRows(match.best.stream, evidenceNotes(incident.evidence)) };
  });
  const explained = new Set(results.flatMap(({ match }) => (match.kind === 'matched' ? [match.best.stream] : [])));
  const unlogged = capture.streams.filter(
    (s) => s.rstCount > 0 && isMidConnection(s.endings) && !explained.has(s),
  ).length;
  return {
    incidents,
    resets: { ...capture.resets, matched: explained.size, unlogged },
    clockOffsetSeconds: clockOffsetUs / 1_000_000,
    warnings,
  };
}

/** A reset neither before any payload nor after its sender's own FIN. */
function isMidConnection(endings: CaptureContent['streams'][number]['endings']): boolean {
  const reset = endings.find((e) => e.kind === 'rst');
  if (reset === undefined || reset.before.fin[reset.from]) return false;
  return reset.before.sent.originator > 0 || reset.before.sent.responder > 0;
}

/** Columns of a terminal that does not say. */
const DEFAULT_WIDTH = 100;

function print(analysis: Analysis, options: AnalyzeOptions): void {
  if (options.json) {
    process.stdout.write(`${JSON.stringify(analysis, null, 1)}\n`);
    return;
  }
  const color = process.stdout.isTTY === true && !process.env['NO_COLOR'];
  const style = { color, width: process.stdout.columns ?? DEFAULT_WIDTH };
  for (const incident of analysis.incidents) process.stdout.write(`${renderIncidentText(incident, style)}\n\n`);
  process.stdout.write(`${renderAnalysisText(analysis, style)}\n`);
}
