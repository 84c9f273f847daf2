/** The frame of every page: head, top bar, main, foot, and what app.js needs to find in it. */
import { type HtmlValue, html, type SafeHtml } from '@resetscope/report';
import type { AssetName, Assets } from '../assets.ts';
import { keysDialog } from './keys-dialog.ts';

const PLACES = [
  { place: 'groups', href: '/', name: 'Groups' },
  { place: 'incidents', href: '/incidents', name: 'Incidents' },
  { place: 'now', href: '/now', name: 'Now' },
] as const;

export interface PageParts {
  /** Of the browser's tab. */
  readonly title: string;
  readonly main: HtmlValue;
  /** Where among the pages it belongs; none: nowhere. */
  readonly place?: (typeof PLACES)[number]['place'];
  /** `events`: it follows new incidents; `poll`: it is fetched again every few seconds. Default: neither. */
  readonly live?: 'events' | 'poll';
  /** Style sheets and scripts of its own, after those of all pages. */
  readonly files?: readonly AssetName[];
}

export function layout({ title, main, place, live, files = [] }: PageParts, assets: Assets): SafeHtml {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="same-origin">
<title>${title}</title>
<link rel="icon" type="image/svg+xml" href="${assets['icon.svg'].href}">
${['app.css' as const, 'app.js' as const, ...files].map((name) => fileTag(name, assets))}
</head>
<body${live !== undefined && html` data-live="${live}"`}>
<a class="skip" href="#main">Skip to content</a>
<header class="bar"><div class="wide">
<a class="brand" href="/"><img src="${assets['icon.svg'].href}" alt="" width="22" height="22">resetscope</a>
<nav class="places" aria-label="Pages">${PLACES.map((one) => html`<a href="${one.href}"${one.place === place && html` aria-current="page"`}>${one.name}</a>`)}</nav>
<div class="tools">${live !== undefined && html`<button type="button" class="live" data-live-toggle aria-pressed="true" hidden>Live</button>`}<button type="button" data-keys-open aria-haspopup="dialog" aria-label="Keyboard shortcuts" hidden>?</button></div>
</div></header>
<main id="main" class="wide" tabindex="-1">
${live === 'events' && html`<div class="news" role="status" data-news></div>`}
${main}
</main>
<footer class="wide foot"><a href="/api/incidents">API</a><a href="/metrics">metrics</a><a href="/account">account</a><span data-zone>Times are UTC.</span></footer>
${keysDialog()}
</body>
</html>
`;
}

function fileTag(name: AssetName, assets: Assets): SafeHtml {
  const { href } = assets[name];
  return name.endsWith('.css')
    ? html`<link rel="stylesheet" href="${href}">`
    : html`<script src="${href}" defer></script>`;
}
