/** A page for what went wrong: what it is, what it means, what to do. */
import { html, type SafeHtml } from '@resetscope/report';
import type { Assets } from '../assets.ts';
import { layout } from './layout.ts';

export interface Problem {
  readonly status: 400 | 401 | 403 | 404 | 421 | 429 | 500 | 503;
  readonly title: string;
  readonly text: string;
  readonly fix: string;
}

export function problemPage(problem: Problem, assets: Assets): SafeHtml {
  const { status, title, text, fix } = problem;
  const main = html`<section class="problem">
<p class="problem-status">${status}</p>
<h1>${title}</h1>
<p>${text}</p>
<p>${fix}</p>
<p><a class="button" href="/">All incidents</a></p>
</section>`;
  return layout({ title: `${title} · resetscope`, main }, assets);
}
