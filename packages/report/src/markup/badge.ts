/** Badges: one or two words with a colour that means the same everywhere. Red is for harm alone. */
import type { Harm, Incident, Ternary } from '@resetscope/diagnosis';
import { clientStatus } from '../client-status.ts';
import { html, type SafeHtml } from '../html.ts';
import { HARM_WORDS } from '../verdict-words.ts';

/** Classes of the style sheet. */
export type Tone = 'bad' | 'warn' | 'good' | 'calm';

export function badge(text: string, tone: Tone): SafeHtml {
  return html`<span class="badge ${tone}">${text}</span>`;
}

export const HARM_TONES: Readonly<Record<Harm, Tone>> = {
  failed: 'bad',
  'may-have-executed': 'warn',
  harmless: 'good',
  unknown: 'calm',
};

export const RETRY_TONES: Readonly<Record<Ternary, Tone>> = { yes: 'good', no: 'warn', unknown: 'calm' };

export function harmBadge(harm: Harm): SafeHtml {
  return badge(HARM_WORDS[harm], HARM_TONES[harm]);
}

/** A dot for dense lists, with its meaning for screen readers and as a tooltip. */
export function harmDot(harm: Harm): SafeHtml {
  return html`<span class="dot ${HARM_TONES[harm]}" role="img" aria-label="${HARM_WORDS[harm]}" title="${HARM_WORDS[harm]}"></span>`;
}

const SUCCEEDED: Readonly<Record<Ternary, { readonly text: string; readonly tone: Tone }>> = {
  yes: { text: 'answered and delivered', tone: 'good' },
  no: { text: 'not delivered', tone: 'bad' },
  unknown: { text: 'delivery not known', tone: 'calm' },
};

/** Question 1 in a badge: the response was acknowledged in full, or not. Undelivered is no harm where nobody waited. */
export function succeededBadge({ outcome, harm }: Pick<Incident, 'outcome' | 'harm'>): SafeHtml {
  if (outcome === null || (outcome.delivered === 'no' && harm === 'harmless')) return harmBadge(harm);
  const { text, tone } = SUCCEEDED[outcome.delivered];
  return badge(text, tone);
}

/** RFC 9110 section 15.6. */
const SERVER_ERROR = 500;

/** The client's answer, when an upstream failed; null when it is not known. */
export function clientAnswerBadge(incident: Parameters<typeof clientStatus>[0]): SafeHtml | null {
  const status = clientStatus(incident);
  return status === null ? null : badge(`client got ${status}`, status < SERVER_ERROR ? 'good' : 'bad');
}
