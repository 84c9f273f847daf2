/** A whole run for a terminal: the counts first, then either every case in full or the groups of alike ones. */
import type { Incident } from '@resetscope/diagnosis';
import { type AlikeCases, commonWords, groupAlike, withMore } from './alike.ts';
import type { Analysis } from './analysis.ts';
import { analysisFacts } from './analysis-facts.ts';
import { harmMark, renderCaseText } from './incident-text.ts';
import { type TextStyle, textWidth } from './ladder-text.ts';
import { makePaint, type Paint } from './paint.ts';
import { lineCase, type ReportCase, unloggedCase } from './report-case.ts';
import { HARM_WORDS } from './verdict-words.ts';
import { visibleText } from './visible-text.ts';
import { wrapText } from './wrap-text.ts';

/** Which incidents stand in full. */
export type Detail =
  /** As many as a reader takes in at once; of more, the groups. */
  | { readonly kind: 'few' }
  | { readonly kind: 'all' }
  /** These alone, without the summary. */
  | { readonly kind: 'these'; readonly incidents: readonly Incident[] };

/** Cases in full when nobody asked for more: three fill four screens (measured on the corpus). */
const FEW = 3;
/** Places, peers and requests named in a group. */
const PLACES_SHOWN = 8;
const VALUES_SHOWN = 3;

interface Page {
  readonly style: TextStyle;
  readonly paint: Paint;
  readonly width: number;
}

/** Lines ended by `\n`. Nothing from the log or the wire reaches the terminal unescaped. */
export function renderAnalysisText(analysis: Analysis, style: TextStyle, detail: Detail): string {
  const page: Page = { style, paint: makePaint(style.color), width: textWidth(style) };
  const warnings = analysis.warnings.flatMap((warning) => warningLines(warning, page)).join('\n');
  const blocks =
    detail.kind === 'these'
      ? [warnings, ...detail.incidents.map((incident) => caseBlock(lineCase(incident), page))]
      : [summaryBlock(analysis, page), warnings, ...caseBlocks(analysis, detail.kind === 'all', page)];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function caseBlocks({ incidents, unlogged }: Analysis, all: boolean, page: Page): readonly string[] {
  const isInFull = (cases: readonly ReportCase[]): boolean => all || cases.length <= FEW;
  const blocksOf = (cases: readonly ReportCase[]): readonly string[] =>
    isInFull(cases)
      ? cases.map((one) => caseBlock(one, page))
      : groupAlike(cases).map((group) => groupBlock(group, page));
  const [lines, quiet] = [incidents.map(lineCase), unlogged.map(unloggedCase)];
  const heading = `${unlogged.length} ${unlogged.length === 1 ? 'connection' : 'connections'} lost data and no line says so`;
  const hint = 'One line in full: --line N. Everything in full: --all. A page of everything: --html FILE.';
  return [
    ...blocksOf(lines),
    quiet.length === 0 ? '' : `${page.paint.bold(heading)}\n\n${blocksOf(quiet).join('\n\n')}`,
    isInFull(lines) && isInFull(quiet) ? '' : wrapText(hint, page.width).map(page.paint.dim).join('\n'),
  ];
}

function caseBlock(one: ReportCase, { style, paint, width }: Page): string {
  return `${paint.dim('─'.repeat(width))}\n${renderCaseText(one, style).trimEnd()}`;
}

function summaryBlock(analysis: Analysis, { paint, width }: Page): string {
  const facts = analysisFacts(analysis);
  const nameWidth = Math.max(...facts.map(({ name }) => name.length)) + 2;
  return facts
    .flatMap(({ name, parts }) =>
      wrapText(parts.join(' · '), width - nameWidth).map(
        (line, at) => `${paint.bold((at === 0 ? name : '').padEnd(nameWidth))}${line}`,
      ),
    )
    .join('\n');
}

function groupBlock(group: AlikeCases, { paint, width }: Page): string {
  const { cases, harms, facts } = group;
  const [{ verdict, silence }] = cases;
  const harmWords = harms.map(([harm, count]) =>
    harms.length === 1 ? HARM_WORDS[harm] : `${count} ${HARM_WORDS[harm]}`,
  );
  const values = [cases.map(({ peer }) => peer), cases.map(({ asked }) => asked)].map((each) =>
    commonWords(each, VALUES_SHOWN),
  );
  const bright = [
    cases.length === 1 ? verdict.sentence : `For example: ${verdict.sentence}`,
    silence ?? '',
    verdict.answers.change === '' ? '' : `To change: ${verdict.answers.change}`,
  ];
  const dim = [
    [harmWords.join(', '), ...facts].join(' · '),
    values.filter((words) => words !== '').join(' · '),
    placeWords(cases),
  ];
  const body = (texts: readonly string[]): readonly string[] =>
    texts.filter((text) => text !== '').flatMap((text) => wrapText(visibleText(text), width - 4));
  const head = wrapText(visibleText(`${cases.length} × ${group.title}`), width - 2);
  return [
    ...head.map((line, at) => `${at === 0 ? harmMark(group, paint) : ' '} ${paint.bold(line)}`),
    ...body(bright).map((line) => `    ${line}`),
    ...body(dim).map((line) => `    ${paint.dim(line)}`),
  ].join('\n');
}

/** `lines 206, 258 and 40 more, 07:57:58 to 07:58:58 UTC`; of several logs with their names. */
function placeWords(cases: readonly ReportCase[]): string {
  const files = new Set(cases.map(({ incident }) => incident?.line.file));
  const places = cases.slice(0, PLACES_SHOWN).map(({ incident, place, verdict }) => {
    if (incident === null) return String(verdict.stream?.index ?? '');
    return files.size > 1 ? place : String(incident.line.lineNumber);
  });
  const noun = cases[0]?.incident === null ? 'tcp.stream' : cases.length === 1 ? 'line' : 'lines';
  const times = cases.map(({ time }) => time.slice(11, 19)).sort();
  const [from, to] = [times[0], times.at(-1)];
  return `${noun} ${withMore(places, cases.length)}, ${from === to ? from : `${from} to ${to}`} UTC`;
}

function warningLines(warning: string, { paint, width }: Page): readonly string[] {
  const text = wrapText(visibleText(warning), width - 9).join(`\n${' '.repeat(9)}`);
  return [`${paint.yellow('warning:')} ${text}`];
}
