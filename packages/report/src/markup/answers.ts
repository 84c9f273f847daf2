/** The three answers, side by side: badges to see, a sentence to read, the facts behind it. */
import { causeMeaning, type Incident } from '@resetscope/diagnosis';
import { type HtmlValue, html, type SafeHtml } from '../html.ts';
import type { Explained } from '../report-case.ts';
import { confidenceWords, outcomeWords, RESETTER_WORDS, RETRY_WORDS } from '../verdict-words.ts';
import { badge, clientAnswerBadge, RETRY_TONES, succeededBadge } from './badge.ts';
import { codeSpans } from './code-spans.ts';
import { type HeadingLevel, heading } from './heading.ts';

export interface Answer {
  readonly question: string;
  readonly badges: readonly SafeHtml[];
  readonly sentence: HtmlValue;
  /** Smaller, below. */
  readonly facts: HtmlValue;
}

/** What tells how the client was answered; a connection without a line has none of it. */
type Answered = Pick<Incident, 'access' | 'otherLeg'>;

/** Of a case with a connection; without one: gap.ts. */
export function answersSection(verdict: Explained & Answered, level: HeadingLevel = 2): SafeHtml {
  return answerCards([whoAnswer(verdict), requestAnswer(verdict), whyAnswer(verdict)], level);
}

export function answerCards(answers: readonly Answer[], level: HeadingLevel): SafeHtml {
  const card = ({ question, badges, sentence, facts }: Answer): SafeHtml => html`<div class="answer">
${heading(level, question)}
${badges.length > 0 && html`<p class="badges">${badges}</p>`}
<p>${sentence}</p>
${facts !== null && html`<p class="facts">${facts}</p>`}
</div>
`;
  return html`<section class="answers" aria-label="The three answers">
${answers.map(card)}</section>`;
}

function whoAnswer({ reset, phase, normalClose, answers }: Explained): Answer {
  const badges = [
    ...(reset === null ? [] : [badge(RESETTER_WORDS[reset.by], 'calm')]),
    ...(phase === null ? [] : [badge(phase, 'calm')]),
    badge(normalClose ? 'normal close' : 'not a normal close', normalClose ? 'good' : 'warn'),
  ];
  return {
    question: 'Who hung up, and when?',
    badges,
    sentence: codeSpans(answers.who),
    facts: reset === null ? null : `Reset in frame ${reset.frame} at ${reset.time}`,
  };
}

function requestAnswer(verdict: Explained & Answered): Answer {
  const { outcome, answers } = verdict;
  const retry = outcome === null ? [] : [badge(RETRY_WORDS[outcome.retrySafe], RETRY_TONES[outcome.retrySafe])];
  const isDone = outcome?.delivered === 'yes';
  const clientGot = clientAnswerBadge(verdict);
  return {
    question: 'What became of the request?',
    badges: [succeededBadge(verdict), ...(isDone ? [] : retry), ...(clientGot === null ? [] : [clientGot])],
    sentence: codeSpans(answers.succeeded),
    facts: outcome === null ? null : sentenceOf(outcomeWords(outcome)),
  };
}

function whyAnswer({ cause, title, causeAlternatives, confidence }: Explained): Answer {
  const rivals = causeAlternatives.map(({ title: rival }) => rival).join('; ');
  return {
    question: 'Why?',
    badges: [badge(`${confidenceWords(confidence)} sure`, confidence < DOUBTFUL ? 'warn' : 'calm')],
    sentence: html`<b>${title}.</b> ${codeSpans(causeMeaning(cause ?? '').long)}`,
    facts: html`cause <code>${cause}</code>${rivals !== '' && html`. Looks the same: ${rivals}`}`,
  };
}

/** Below this an answer is worth a second look. */
const DOUBTFUL: Incident['confidence'] = 0.8;

function sentenceOf(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
