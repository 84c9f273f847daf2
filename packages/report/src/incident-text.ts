/** One incident for a terminal: the sentence, the three answers, the line, the ladder, the evidence, the trust. */
import type { Evidence, Incident } from '@resetscope/diagnosis';
import { formatStream, ladderHeads } from './ladder-heads.ts';
import { formatLadder, MIN_WIDTH, type TextStyle } from './ladder-text.ts';
import { logLineParts } from './log-line.ts';
import { makePaint, type Paint } from './paint.ts';
import {
  confidenceWords,
  frameWords,
  HARM_WORDS,
  loggedWords,
  otherFixes,
  outcomeWords,
  REASON_WORDS,
  trustWords,
  whoWords,
} from './verdict-words.ts';
import { visibleText } from './visible-text.ts';
import { wrapText } from './wrap-text.ts';

/** Columns of the section names on the left. */
const NAME_WIDTH = 12;

interface Page {
  readonly paint: Paint;
  readonly width: number;
}

/** Lines ended by `\n`. Nothing from the log or the wire reaches the terminal unescaped. */
export function renderIncidentText(incident: Incident, style: TextStyle): string {
  const page: Page = { paint: makePaint(style.color), width: Math.max(style.width, MIN_WIDTH) };
  const ladder = formatLadder(incident.ladder, ladderHeads(incident), style);
  const blocks = [
    sentenceBlock(incident, page),
    answersBlock(incident, page),
    lineBlock(incident, page),
    streamBlock(incident, page),
    ladder,
    section(
      'Evidence',
      incident.evidence.flatMap((evidence) => evidenceLines(evidence, page)),
      page,
    ),
    section(
      'Also',
      incident.alternatives.flatMap((alternative) => alternativeLines(alternative, page)),
      page,
    ),
    section('Trust', flow(trustWords(incident).join(' · '), page), page),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** `●` coloured by harm; the colours mean the same everywhere. */
export function harmMark(incident: Pick<Incident, 'harm'>, paint: Paint): string {
  const { harm } = incident;
  if (harm === 'failed') return paint.red('●');
  if (harm === 'may-have-executed') return paint.yellow('●');
  return harm === 'harmless' ? paint.green('●') : paint.dim('○');
}

function sentenceBlock(incident: Incident, { paint, width }: Page): string {
  const lines = wrapText(visibleText(incident.sentence), width - 2).map((line) => paint.bold(line));
  const sure = incident.status === 'matched' ? `confidence ${confidenceWords(incident.confidence)}` : incident.status;
  const why = incident.reason === null ? '' : `: ${REASON_WORDS[incident.reason]}`;
  const title = `${HARM_WORDS[incident.harm]} · ${visibleText(incident.title)} · ${sure}${why}`;
  return [
    `${harmMark(incident, paint)} ${lines.join('\n  ')}`,
    ...wrapText(title, width - 2).map((line) => `  ${paint.dim(line)}`),
  ].join('\n');
}

function answersBlock(incident: Incident, page: Page): string {
  const { answers, outcome } = incident;
  const facts = (words: string): readonly string[] =>
    words === '' ? [] : flow(words, page).map((line) => page.paint.dim(line));
  const change = [...flow(answers.change, page), ...fixLines(incident, page)];
  return [
    section(
      'Succeeded?',
      [...flow(answers.succeeded, page), ...facts(outcome === null ? '' : outcomeWords(outcome))],
      page,
    ),
    section('Who?', [...flow(answers.who, page), ...facts(whoWords(incident))], page),
    section('To change', change, page),
  ]
    .filter((answer) => answer !== '')
    .join('\n');
}

function fixLines(incident: Incident, page: Page): readonly string[] {
  return otherFixes(incident).flatMap(({ party, text }) => bullet(`${party}: ${text}`, page));
}

function lineBlock(incident: Incident, page: Page): string {
  const { file, lineNumber, offset } = incident.line;
  const at = lineNumber > 0 ? `:${lineNumber}` : offset === null ? '' : ` at byte ${offset}`;
  const place = page.paint.dim(`${visibleText(file)}${at}, ${visibleText(loggedWords(incident))}`);
  return section('Line', [place, ...paintLine(incident, page)], page);
}

/** The raw line, wrapped, with the matched fields in bold. */
function paintLine(incident: Incident, { paint, width }: Page): readonly string[] {
  const parts = logLineParts(incident).map(({ text, matched }) => ({ text: visibleText(text), matched }));
  const text = parts.map((part) => part.text).join('');
  const isMatched = parts.flatMap((part) => Array<boolean>(part.text.length).fill(part.matched));
  let at = 0;
  return wrapText(text, width - NAME_WIDTH).map((line) => {
    const painted = paintRuns(line, isMatched.slice(at, at + line.length), paint);
    at += line.length;
    if (text[at] === ' ') at++;
    return painted;
  });
}

function paintRuns(line: string, isMatched: readonly boolean[], paint: Paint): string {
  let painted = '';
  for (let start = 0, end = 0; start < line.length; start = end) {
    while (end < line.length && isMatched[end] === isMatched[start]) end++;
    const run = line.slice(start, end);
    painted += isMatched[start] === true ? paint.bold(run) : run;
  }
  return painted;
}

function streamBlock(incident: Incident, page: Page): string {
  const { stream, reset, history, teardown, wiresharkFilter } = incident;
  if (stream === null) return '';
  const facts = [
    `${formatStream(stream)}, tcp.stream ${stream.index}`,
    ...(reset === null ? [] : [`reset in frame ${reset.frame} at ${reset.time}`]),
    [history === null ? '' : `history ${history}`, teardown === null ? '' : `teardown ${teardown}`]
      .filter((fact) => fact !== '')
      .join(', '),
  ];
  const lines = facts.filter((fact) => fact !== '').flatMap((fact) => flow(fact, page));
  const filter = wiresharkFilter === null ? [] : filterLines(wiresharkFilter, page);
  return section('Connection', [...lines, ...filter], page);
}

function evidenceLines(evidence: Evidence, page: Page): readonly string[] {
  const frames = evidence.frames.length === 0 ? '' : ` (${frameWords(evidence.frames)})`;
  return [...bullet(`${evidence.claim}${frames}`, page), ...filterLines(evidence.displayFilter, page, '  ')];
}

function alternativeLines(alternative: Incident['alternatives'][number], page: Page): readonly string[] {
  const { stream, confidence, reasons } = alternative;
  const why = reasons.length === 0 ? '' : `: ${reasons.join('; ')}`;
  return bullet(`${confidenceWords(confidence)} tcp.stream ${stream.index}, ${formatStream(stream)}${why}`, page);
}

/** Not wrapped: a filter is copied as one line. */
function filterLines(filter: string, { paint }: Page, indent = ''): readonly string[] {
  return filter === '' ? [] : [`${indent}${paint.cyan(visibleText(filter))}`];
}

function flow(text: string, { width }: Page): readonly string[] {
  return text === '' ? [] : wrapText(visibleText(text), width - NAME_WIDTH);
}

function bullet(text: string, { width }: Page): readonly string[] {
  return wrapText(visibleText(text), width - NAME_WIDTH - 2).map((line, at) => `${at === 0 ? '·' : ' '} ${line}`);
}

/** The name on the left of the first line; empty without lines. */
function section(name: string, lines: readonly string[], { paint }: Page): string {
  return lines
    .map((line, at) => (at === 0 ? paint.dim(name.padEnd(NAME_WIDTH)) : ' '.repeat(NAME_WIDTH)) + line)
    .join('\n');
}
