/** Badges: one or two words with a colour that means the same everywhere. Red is for harm alone. */
import type { Harm, Incident, Ternary } from '@resetscope/diagnosis';
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

export function harmBadge(harm: Harm): SafeHtml {
  return badge(HARM_WORDS[harm], HARM_TONES[harm]);
}

/** A dot for dense lists, with its meaning for screen readers and as a tooltip. */
export function harmDot(harm: Harm): SafeHtml {
  return html`<span class="dot ${HARM_TONES[harm]}" role="img" aria-label="${HARM_WORDS[harm]}" title="${HARM_WORDS[harm]}"></span>`;
}

const SUCCEEDED: Readonly<Record<Ternary, { readonly text: string; readonly tone: Tone }>> = {
  yes: { text: 'yes, delivered', tone: 'good' },
  no: { text: 'no, not delivered', tone: 'bad' },
  unknown: { text: 'not known', tone: 'calm' },
};

/** Question 1 in a badge: the response was acknowledged in full, or not. */
export function succeededBadge({ outcome, harm }: Pick<Incident, 'outcome' | 'harm'>): SafeHtml {
  if (outcome === null) return harmBadge(harm);
  const { text, tone } = SUCCEEDED[outcome.delivered];
  return badge(text, tone);
}
