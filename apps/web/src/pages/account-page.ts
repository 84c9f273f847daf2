/** Who is signed in, what that allows, and the way out. */
import { html, type SafeHtml } from '@resetscope/report';
import type { Identity } from '../access/identity.ts';
import type { Right } from '../access/right.ts';
import type { Assets } from '../assets.ts';
import { layout } from './layout.ts';

const RIGHT_WORDS: Readonly<Record<Right, string>> = {
  view: 'read groups and incidents',
  packets: 'download captures',
  decide: 'decide about groups: expected, snoozed, resolved, open',
  metrics: 'read the metrics of this server',
};

export function accountPage({ name, rights }: Identity, assets: Assets): SafeHtml {
  const words = [...rights].map((right) => html`<li>${RIGHT_WORDS[right]}</li>`);
  const main = html`<section>
<h1>${name === null ? 'Nobody needs to sign in here' : `Signed in as ${name}`}</h1>
<p>${name === null ? 'Whoever reaches this address may:' : 'You may:'}</p>
<ul>${words}</ul>
${name !== null && html`<form method="post" action="/sign-out"><button class="button">Sign out</button></form>`}
</section>`;
  return layout({ title: 'Account · resetscope', main }, assets);
}
