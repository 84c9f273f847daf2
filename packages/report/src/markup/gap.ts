/** A line without an answer: why, what was looked at, and what makes the next one answerable. */
import type { Incident, UnmatchedReason } from '@resetscope/diagnosis';
import { html, type SafeHtml } from '../html.ts';
import { REASON_WORDS } from '../verdict-words.ts';
import { answerCards } from './answers.ts';
import { badge } from './badge.ts';
import { codeSpans } from './code-spans.ts';
import { type Paste, pasteBlocks } from './copyable.ts';
import type { HeadingLevel } from './heading.ts';

/** In place of the three answers. */
export function gapSection(incident: Incident, level: HeadingLevel = 2): SafeHtml {
  const { status, reason, sentence, answers, alternatives } = incident;
  const next = reason === null ? [] : (NEXT_TIME[reason] ?? []);
  return html`${answerCards(
    [
      {
        question: 'Why is there no answer?',
        badges: [badge(status, 'warn'), ...(reason === null ? [] : [badge(REASON_WORDS[reason], 'calm')])],
        sentence: codeSpans(sentence),
        facts: 'An answer that is not proven is not given.',
      },
      {
        question: 'What was considered?',
        badges: [],
        sentence: consideredWords(incident),
        facts:
          level === 2 && alternatives.length > 0 ? html`<a href="#considered">Each with what speaks for it</a>` : null,
      },
      { question: 'What makes the next one answerable?', badges: [], sentence: codeSpans(answers.change), facts: null },
    ],
    level,
  )}${pasteBlocks(next)}`;
}

function consideredWords({ alternatives, leg, client, upstream, reason }: Incident): string {
  if (reason !== null && NO_PACKETS.has(reason)) return 'Nothing: of such a connection there are no packets.';
  const peer = leg === 'upstream' ? hostOf(upstream) : client;
  const about = peer === null ? '' : ` of ${peer}`;
  if (alternatives.length > 0)
    return `${alternatives.length === 1 ? 'One connection' : `${alternatives.length} connections`}${about} that ended at the time of the line and may be it.`;
  return `The connections${about} that ended near the time of the line. None of them fits it.`;
}

const NO_PACKETS: ReadonlySet<UnmatchedReason> = new Set(['unix-socket', 'not-tcp']);

/** `http://10.0.0.1:80/a` -> `10.0.0.1:80`. */
function hostOf(upstream: string | null): string | null {
  return upstream?.replace(/^[a-z]+:\/\//, '').replace(/\/.*$/s, '') ?? null;
}

/** What can be pasted against a reason: place and text. */
const NEXT_TIME: Readonly<Partial<Record<UnmatchedReason, readonly Paste[]>>> = {
  'no-stream-in-window': [
    { place: 'shell', text: 'resetscope doctor    # log level, interfaces, clock, reach of the ring' },
  ],
  'capture-gap': [
    { place: 'resetscope capture', text: '--ports-from nginx    # fewer packets to take: only the ports of nginx' },
  ],
  'window-expired': [{ place: 'resetscope capture', text: '--ring-bytes 1g --ring-age 1h' }],
  'capture-not-there': [
    { place: 'resetscope capture', text: '--wait-for-interface    # runs before the interface is there' },
  ],
  clock: [{ place: 'shell, on both hosts', text: 'chronyc tracking' }],
  'several-fit': [
    {
      place: 'nginx.conf, http {}',
      text: `log_format resetscope '$connection $connection_requests $realip_remote_addr:$realip_remote_port $server_addr:$server_port '
                      '$msec $status $bytes_sent $request_completion $upstream_addr $upstream_status $request_id "$request"';
access_log /var/log/nginx/resetscope.log resetscope;`,
    },
    { place: 'resetscope tailer', text: '--access-log /var/log/nginx/resetscope.log' },
  ],
};
