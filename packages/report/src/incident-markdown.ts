/** One incident as Markdown for a ticket (CommonMark with tables off): what came from log or wire stays text. */
import { directivesOf, type Incident } from '@resetscope/diagnosis';
import { formatStream, ladderHeads } from './ladder-heads.ts';
import { formatLadder } from './ladder-text.ts';
import { accessWords, joinWords, legHeads, legRows } from './legs.ts';
import { formatLegs } from './legs-text.ts';
import { noLineWords, shownLine } from './log-line.ts';
import { trustWords } from './trust-facts.ts';
import {
  confidenceWords,
  frameWords,
  HARM_WORDS,
  loggedWords,
  otherFixes,
  outcomeWords,
  REASON_WORDS,
} from './verdict-words.ts';
import { visibleText } from './visible-text.ts';

/** Columns of the ladder: a ticket's code block without a scroll bar. */
const LADDER_WIDTH = 92;

/** Lines ended by `\n`. `link`: permanent address of the incident's page, null for none. */
export function renderIncidentMarkdown(incident: Incident, link: string | null = null): string {
  const ladder = formatLadder(incident.ladder, ladderHeads(incident), { color: false, width: LADDER_WIDTH });
  const blocks = [
    `## ${markdownText(incident.title)}`,
    `**${markdownText(incident.sentence)}**`,
    markdownText(headline(incident)),
    answerList(incident),
    ...pasteBlocks(incident),
    incident.line.raw === '' ? markdownText(noLineWords(incident)) : markdownCode(shownLine(incident.line)),
    incident.access === undefined ? '' : markdownText(`Access log: ${accessWords(incident.access)}`),
    streamLines(incident),
    ladder === '' ? '' : markdownCode(ladder, true),
    ...legBlocks(incident),
    evidenceList(incident),
    markdownText(trustWords(incident).join(' · ')),
    link === null ? '' : `<${encodeURI(link)}>`,
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** Backslash before every ASCII punctuation character (CommonMark section 2.4): no markup, link or HTML survives. */
export function markdownText(text: string): string {
  return visibleText(text).replace(/[!-/:-@[-`{-~]/g, '\\$&');
}

/** A fenced block whose fence is longer than any run of backticks inside (CommonMark section 4.5). */
export function markdownCode(text: string, severalLines = false): string {
  const safe = severalLines ? text.split('\n').map(visibleText).join('\n') : visibleText(text);
  const longest = (safe.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2);
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${safe}\n${fence}`;
}

function answerList(incident: Incident): string {
  const { answers, outcome } = incident;
  const item = (question: string, answer: string, facts = ''): string =>
    answer === '' ? '' : `- **${question}** ${markdownText(answer)}${facts}`;
  return [
    item('Succeeded?', answers.succeeded, outcome === null ? '' : ` (${outcomeWords(outcome)})`),
    item('Who?', answers.who),
    item('To change:', answers.change),
    ...otherFixes(incident).map(({ party, text }) => `  - ${markdownText(party)}: ${markdownText(text)}`),
  ]
    .filter((line) => line !== '')
    .join('\n');
}

function headline(incident: Incident): string {
  const sure = incident.status === 'matched' ? `confidence ${confidenceWords(incident.confidence)}` : incident.status;
  const why = incident.reason === null ? [] : [REASON_WORDS[incident.reason]];
  return [HARM_WORDS[incident.harm], sure, ...why, loggedWords(incident)].join(' · ');
}

/** What can be pasted, with its place above. */
function pasteBlocks({ cause }: Incident): readonly string[] {
  return directivesOf(cause).map(({ place, text }) => `${markdownText(place)}\n\n${markdownCode(text, true)}`);
}

/** Both connections of the request on one timeline. */
function legBlocks(incident: Incident): readonly string[] {
  const { otherLeg } = incident;
  if (otherLeg === undefined) return [];
  const legs = formatLegs(legRows(incident), legHeads(incident), { color: false, width: LADDER_WIDTH });
  return [
    markdownText(`${otherLeg.leg} connection ${joinWords(otherLeg)}`),
    ...(legs === '' ? [] : [markdownCode(legs, true)]),
  ];
}

function streamLines({ stream, reset, wiresharkFilter }: Incident): string {
  if (stream === null) return '';
  const at = reset === null ? '' : `, reset in frame ${reset.frame} at ${reset.time}`;
  const filter = wiresharkFilter === null ? '' : `\n\n${markdownCode(wiresharkFilter)}`;
  return `${markdownText(`${formatStream(stream)}${at}`)}${filter}`;
}

function evidenceList({ evidence }: Incident): string {
  return evidence.map(({ claim, frames }) => `- ${markdownText(claim)} (${frameWords(frames)})`).join('\n');
}
