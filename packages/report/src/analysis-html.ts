/**
 * A whole run as one HTML file that needs no other: no request leaves it, and its policy allows none. The counts first, then
 * groups of alike incidents, then each incident. Readable without its script, which only filters, unfolds and copies.
 */
import { countHarms, groupAlike } from './alike.ts';
import type { Analysis } from './analysis.ts';
import { analysisFacts } from './analysis-facts.ts';
import { html, SafeHtml } from './html.ts';
import { alikeRow, alikeSection } from './markup/alike.ts';
import { badge, HARM_TONES } from './markup/badge.ts';
import { lineCase, unloggedCase } from './report-case.ts';
import { type PlannedGroup, planReport } from './report-plan.ts';
import { HARM_WORDS } from './verdict-words.ts';

/** A file of the package's assets/, to stand inside the page. */
export interface InlineAsset {
  /** Holds no end tag of its element. */
  readonly text: string;
  /** SHA-256 of the text's UTF-8 in base64, as a policy names it (CSP Level 3 section 2.3.1). */
  readonly sha256: string;
}

export interface ReportAssets {
  /** page.css and report.css. */
  readonly style: InlineAsset;
  /** copy.js and report.js. */
  readonly script: InlineAsset;
  /** icon.svg. */
  readonly icon: string;
}

/** Names of the files read. */
export interface ReportSources {
  readonly errorLogs: readonly string[];
  readonly captures: readonly string[];
  readonly accessLogs: readonly string[];
}

/** Incidents in full that are unfolded from the start: so few are read one after the other. */
const FEW = 3;

export function renderAnalysisHtml(analysis: Analysis, sources: ReportSources, assets: ReportAssets): string {
  const { incidents, unlogged } = analysis;
  const groups = [...groupAlike(incidents.map(lineCase)), ...groupAlike(unlogged.map(unloggedCase))];
  const plan = planReport(groups);
  const isShort = incidents.length + unlogged.length <= FEW;
  const title = `${counted(incidents.length)} · resetscope`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(assets)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="${dataUrl(assets.icon)}">
<style>${asMarkup(assets.style.text)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="bar"><div class="wide">
<span class="brand"><img src="${dataUrl(assets.icon)}" alt="" width="22" height="22">resetscope</span>
<span class="tagline">who hung up, when, why, and whether the request got through</span>
</div></header>
<main id="main" class="wide">
${headSection(analysis, sources)}
${summarySection(analysis)}
${overviewSection(plan, isShort)}
${plan.map((group, at) => alikeSection(group, sectionId(at), isShort))}
</main>
<footer class="wide foot"><p>Made by resetscope analyze. It holds addresses and requests of real people: share it as you would the log. Times are UTC.</p></footer>
<script>${asMarkup(assets.script.text)}</script>
</body>
</html>
`.toString();
}

/** Nothing is loaded, sent or framed; of styles and scripts only these two. */
function policy({ style, script }: ReportAssets): string {
  return [
    "default-src 'none'",
    `style-src 'sha256-${style.sha256}'`,
    `script-src 'sha256-${script.sha256}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** Our own file: neither the log nor the wire has a word in it. */
function asMarkup(text: string): SafeHtml {
  return SafeHtml.join([text], []);
}

function dataUrl(svg: string): string {
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

function headSection({ incidents }: Analysis, { errorLogs, captures, accessLogs }: ReportSources): SafeHtml {
  const files = [...errorLogs, ...captures, ...accessLogs].map((name) => html`<code>${name}</code>`);
  const harms = countHarms(incidents.map(lineCase));
  return html`<header class="report-head">
<h1>${counted(incidents.length)}</h1>
<p class="badges">${harms.map(([harm, count]) => badge(`${number(count)} ${HARM_WORDS[harm]}`, HARM_TONES[harm]))}</p>
<p class="byline">From ${files.map((file, at) => html`${at > 0 && ', '}${file}`)}</p>
</header>`;
}

function summarySection(analysis: Analysis): SafeHtml {
  const facts = analysisFacts(analysis).map(
    ({
      name,
      parts,
    }) => html`<div><dt>${name}</dt><dd><ul>${parts.map((part) => html`<li>${part}</li>`)}</ul></dd></div>
`,
  );
  const { warnings } = analysis;
  return html`<section aria-labelledby="summary">
<h2 id="summary">Summary</h2>
<dl class="counts">
${facts}</dl>
<p class="caption">Matched: of a connection that a line speaks of. In the handshake: before any payload, like those of health checks. After a FIN: its sender had closed before. Unlogged: in the middle of a connection, and no line speaks of it.</p>
${warnings.length > 0 && html`<ul class="warnings">${warnings.map((warning) => html`<li><b>Warning</b> ${warning}</li>`)}</ul>`}
</section>`;
}

function overviewSection(plan: readonly PlannedGroup[], isShort: boolean): SafeHtml {
  if (plan.length === 0) return html`<p class="empty">No line of the log speaks of a reset.</p>`;
  const count = (of: (planned: PlannedGroup) => number): number => plan.reduce((sum, planned) => sum + of(planned), 0);
  const inFull = count((planned) => planned.inFull.length);
  const rows = count((planned) => planned.rows.length);
  const leftOut = count((planned) => planned.leftOut);
  const parts = [
    `${number(inFull)} in full`,
    ...(rows > 0 ? [`${number(rows)} as table rows`] : []),
    ...(leftOut > 0 ? [`${number(leftOut)} only counted`] : []),
  ];
  return html`<nav aria-labelledby="kinds">
<h2 id="kinds">${plan.length === 1 ? 'One kind' : `${plan.length} kinds`}</h2>
<ol class="rows">
${plan.map(({ group }, at) => alikeRow(group, sectionId(at)))}</ol>
<p class="caption">${parts.join(', ')}.</p>
</nav>
${isShort ? null : TOOLS}`;
}

/** Of use with many cases; shown by the script that serves them. */
const TOOLS: SafeHtml = html`<div class="tools" role="search" hidden><label for="filter">Filter</label><input id="filter" type="search" placeholder="address, path, cause …" autocomplete="off" spellcheck="false"><span id="filter-count" role="status"></span><button type="button" id="unfold">Unfold all</button></div>`;

function sectionId(at: number): string {
  return `kind-${at + 1}`;
}

function counted(lines: number): string {
  return `${number(lines)} ${lines === 1 ? 'line' : 'lines'} about resets`;
}

function number(count: number): string {
  return count.toLocaleString('en-US');
}
