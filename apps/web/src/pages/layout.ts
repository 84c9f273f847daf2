/** The frame of every page: head, top bar, main, foot. */
import { type HtmlValue, html, type SafeHtml } from '@resetscope/report';
import type { Assets } from '../assets.ts';

export interface PageParts {
  /** Of the browser's tab. */
  readonly title: string;
  readonly main: HtmlValue;
  /** The page changes by itself when incidents arrive. */
  readonly isLive?: boolean;
}

export function layout({ title, main, isLive = false }: PageParts, assets: Assets): SafeHtml {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" type="image/svg+xml" href="${assets['icon.svg'].href}">
<link rel="stylesheet" href="${assets['app.css'].href}">
<script src="${assets['app.js'].href}" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="bar"><div class="wide">
<a class="brand" href="/"><img src="${assets['icon.svg'].href}" alt="" width="22" height="22">resetscope</a>
<span class="tagline">who hung up, when, why, and whether the request got through</span>
${isLive && html`<span class="live" data-live-state hidden>live</span>`}
</div></header>
<main id="main" class="wide">
${main}
</main>
<footer class="wide foot"><a href="/api/incidents">API</a><a href="/metrics">metrics</a><span>Times are UTC.</span></footer>
</body>
</html>
`;
}
