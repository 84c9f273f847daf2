/** One incident for a terminal: the sentence, the three answers, the line, the ladder, the evidence, the trust. */
import type { Evidence, Incident } from '@resetscope/diagnosis';
import { formatStream, ladderHeads } from './ladder-heads.ts';
import { formatLadder, type TextStyle, textWidth } from './ladder-text.ts';
import { accessWords, joinWords, legHeads, legRows } from './legs.ts';
import { formatLegs } from './legs-text.ts';
import { logLineParts } from './log-line.ts';
import { makePaint, type Paint } from './paint.ts';
import { type Explained, lineCase, type ReportCase } from './report-case.ts';
import { trustWords } from './trust-facts.ts';
import {
  confidenceWords,
  FRAMES_NAMED,
  frameWords,
  HARM_WORDS,
  loggedWords,
  otherFixes,
  outcomeWords,
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
  return renderCaseText(lineCase(incident), style);
}

/** The same, also for a connection without a line. */
export function renderCaseText(one: ReportCase, style: TextStyle): string {
  const { verdict, incident, silence } = one;
  const page: Page = { paint: makePaint(style.color), width: textWidth(style) };
  const also = [
    ...verdict.causeAlternatives.flatMap(({ title, missing }) => bullet(`${title}: ${missing}`, page)),
    ...(incident?.alternatives ?? []).flatMap((alternative) => alternativeLines(alternative, page)),
  ];
  const blocks = [
    sentenceBlock(one, page),
    answersBlock(verdict, page),
    incident === null ? '' : lineBlock(incident, page),
    silence === null ? '' : section('No line', flow(silence, page), page),
    streamBlock(verdict, page),
    formatLadder(verdict.ladder, ladderHeads(verdict), style),
    incident === null ? '' : legsBlock(incident, page, style),
    section(
      'Evidence',
      verdict.evidence.flatMap((evidence) => evidenceLines(evidence, page)),
      page,
    ),
    section('Also', also, page),
    incident === null ? '' : section('Trust', flow(trustWords(incident).join(' · '), page), page),
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

function sentenceBlock({ verdict, incident, title, certainty }: ReportCase, { paint, width }: Page): string {
  const lines = wrapText(visibleText(verdict.sentence), width - 2).map((line) => paint.bold(line));
  const sure = incident === null || incident.status === 'matched' ? `confidence ${certainty}` : incident.status;
  const about = `${HARM_WORDS[verdict.harm]} · ${visibleText(title)} · ${sure}`;
  return [
    `${harmMark(verdict, paint)} ${lines.join('\n  ')}`,
    ...wrapText(about, width - 2).map((line) => `  ${paint.dim(line)}`),
  ].join('\n');
}

function answersBlock(verdict: Explained, page: Page): string {
  const { answers, cause, outcome } = verdict;
  const facts = (words: string): readonly string[] =>
    words === '' ? [] : flow(words, page).map((line) => page.paint.dim(line));
  const change = [...flow(answers.change, page), ...fixLines(verdict, page)];
  return [
    section(
      'Succeeded?',
      [...flow(answers.succeeded, page), ...facts(outcome === null ? '' : outcomeWords(outcome))],
      page,
    ),
    section('Who?', [...flow(answers.who, page), ...facts(cause === null ? '' : `cause ${cause}`)], page),
    section('To change', change, page),
  ]
    .filter((answer) => answer !== '')
    .join('\n');
}

function fixLines(verdict: Explained, page: Page): readonly string[] {
  return otherFixes(verdict).flatMap(({ party, text }) => bullet(`${party}: ${text}`, page));
}

function lineBlock(incident: Incident, page: Page): string {
  const { file, lineNumber, offset } = incident.line;
  const at = lineNumber > 0 ? `:${lineNumber}` : offset === null ? '' : ` at byte ${offset}`;
  const place = page.paint.dim(`${visibleText(file)}${at}, ${visibleText(loggedWords(incident))}`);
  const access = incident.access === undefined ? [] : flow(accessWords(incident.access), page);
  const line = section('Line', [place, ...paintLine(incident, page)], page);
  return [line, section('Access log', access, page)].filter((part) => part !== '').join('\n');
}

/** Both connections of the request on one timeline. */
function legsBlock(incident: Incident, page: Page, style: TextStyle): string {
  const { otherLeg } = incident;
  if (otherLeg === undefined) return '';
  const about = `${otherLeg.leg} connection ${joinWords(otherLeg)}, confidence ${confidenceWords(otherLeg.confidence)}`;
  return `${section('Both legs', flow(about, page), page)}\n\n${formatLegs(legRows(incident), legHeads(incident), style)}`;
}

/** The raw line, wrapped, with the matched fields in bold. */
function paintLine(incident: Incident, { paint, width }: Page): readonly string[] {
  const parts = logLineParts(incident).map(({ text, field }) => ({ text: visibleText(text), matched: field !== null }));
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

function streamBlock(verdict: Explained, page: Page): string {
  const { stream, reset, history, teardown, wiresharkFilter } = verdict;
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
  // A filter for frames that are all named says nothing new.
  const filter = evidence.frames.length > FRAMES_NAMED ? filterLines(evidence.displayFilter, page, '  ') : [];
  return [...bullet(`${evidence.claim}${frames}`, page), ...filter];
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
