/** The watcher itself: do its apps run, does it see everything, does it keep up, what does it not know. */
import { html, type SafeHtml } from '@resetscope/report';
import type { Assets } from '../assets.ts';
import type { SeenState } from '../watcher-state.ts';
import { layout } from './layout.ts';
import { appsSection } from './now-apps.ts';
import { linesSection } from './now-lines.ts';
import { queueSection } from './now-queue.ts';
import { resetsSection } from './now-resets.ts';
import { ringsSection } from './now-rings.ts';
import { troublesOf } from './now-troubles.ts';

export function nowPage(state: SeenState, assets: Assets): SafeHtml {
  const troubles = troublesOf(state);
  const main = html`<div class="head"><h1>Now</h1><p class="summary" data-cell="summary">${troubles.length === 0 ? 'The watcher sees everything and keeps up.' : 'What the watcher itself has trouble with:'}</p></div>
<div data-cell="troubles">${troubles.length > 0 && html`<ul class="troubles">${troubles.map((text) => html`<li>${text}</li>`)}</ul>`}</div>
<div class="watch">
${part('whole', 'Resets', 'resets', resetsSection(state))}
${part('', 'Lines', 'lines', linesSection(state))}
${part('', 'Queue and webhook', 'queue', queueSection(state))}
${part('whole', 'Apps', 'apps', appsSection(state))}
${part('whole', 'Packet rings', 'rings', ringsSection(state))}
</div>`;
  return layout({ title: 'Now · resetscope', main, place: 'now', live: 'poll' }, assets);
}

/** The body is fetched again every few seconds. null: it could not be read. */
function part(width: 'whole' | '', heading: string, cell: string, body: SafeHtml | null): SafeHtml {
  return html`<section class="${width}"><h2>${heading}</h2><div data-cell="${cell}">${body ?? html`<p class="caption">Not known: Redis did not answer, or does not allow this to be read (docs/redis.md).</p>`}</div></section>`;
}
