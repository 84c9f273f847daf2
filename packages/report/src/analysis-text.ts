/** A whole run for a terminal: the counts, then one or two lines per incident. */
import type { Incident } from '@resetscope/diagnosis';
import type { Analysis } from './analysis.ts';
import { harmMark } from './incident-text.ts';
import { MIN_WIDTH, type TextStyle } from './ladder-text.ts';
import { makePaint, type Paint } from './paint.ts';
import { confidenceWords, REASON_WORDS } from './verdict-words.ts';
import { visibleText } from './visible-text.ts';
import { wrapText } from './wrap-text.ts';

/** Lines ended by `\n`. */
export function renderAnalysisText(analysis: Analysis, style: TextStyle): string {
  const paint = makePaint(style.color);
  const width = Math.max(style.width, MIN_WIDTH);
  const blocks = [
    summaryLines(analysis, paint),
    analysis.incidents.flatMap((incident) => incidentLines(incident, paint, width)),
    analysis.warnings.flatMap((warning) => warningLines(warning, paint, width)),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function summaryLines({ incidents, resets, clockOffsetSeconds }: Analysis, paint: Paint): readonly string[] {
  const count = (status: Incident['status']): number => incidents.filter((one) => one.status === status).length;
  const lines = `${paint.bold(`${incidents.length} ${incidents.length === 1 ? 'line' : 'lines'}`)}: ${[
    `${count('matched')} matched`,
    `${count('ambiguous')} ambiguous`,
    `${count('unmatched')} unmatched`,
  ].join(', ')}`;
  const captured = `${paint.bold(`${resets.total} ${resets.total === 1 ? 'reset' : 'resets'}`)}: ${[
    `${resets.matched} matched`,
    `${resets.handshake} in the handshake`,
    `${resets.closing} after a FIN`,
    `${resets.unlogged} unlogged`,
  ].join(', ')}`;
  const offset = paint.dim(`clock offset ${clockOffsetSeconds.toFixed(3)} s (capture minus log)`);
  return [lines, captured, offset];
}

function incidentLines(incident: Incident, paint: Paint, width: number): readonly string[] {
  const { line, stream, reset, status, confidence, cause, reason } = incident;
  const facts = [
    cause ?? (reason === null ? status : `${status}: ${REASON_WORDS[reason]}`),
    status === 'unmatched' ? '' : confidenceWords(confidence),
    stream === null ? '' : `tcp.stream ${stream.index}`,
    reset === null ? '' : `frame ${reset.frame}`,
    `${line.file}:${line.lineNumber}`,
  ];
  const factLines = wrapText(visibleText(facts.filter((fact) => fact !== '').join(' · ')), width - 2);
  const sentence = wrapText(visibleText(incident.sentence), width - 2).join('\n  ');
  return [`${harmMark(incident, paint)} ${sentence}`, ...factLines.map((text) => `  ${paint.dim(text)}`)];
}

function warningLines(warning: string, paint: Paint, width: number): readonly string[] {
  const text = wrapText(visibleText(warning), width - 9).join(`\n${' '.repeat(9)}`);
  return [`${paint.yellow('warning:')} ${text}`];
}
