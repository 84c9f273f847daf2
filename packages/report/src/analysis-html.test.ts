import { describe, expect, test } from '@jest/globals';
import { analysisOf, manyIncidents, quietLoss } from '../test-data/analysis.ts';
import { HOSTILE, hostileIncident, postIncident, unmatchedIncident } from '../test-data/incidents.ts';
import { renderAnalysisHtml } from './analysis-html.ts';

const assets = {
  style: { text: 'body{}', sha256: 'c3R5bGU=' },
  script: { text: 'void 0;', sha256: 'c2NyaXB0' },
  icon: '<svg/>',
};
const sources = { errorLogs: ['error.log'], captures: ['a.pcap', 'b.pcap'], accessLogs: [] };
const render = (parts: Parameters<typeof analysisOf>[0]): string =>
  renderAnalysisHtml(analysisOf(parts), sources, assets);

/** Tags that this page is made of. */
const OUR_TAGS =
  /^(?:a|b|body|br|button|caption|code|dd|desc|details|div|dl|dt|footer|g|h[1-5]|head|header|html|img|input|label|li|line|link|main|mark|meta|nav|ol|p|path|pre|rect|script|section|span|style|summary|svg|table|tbody|td|text|th|thead|title|tr|tspan|ul|!doctype)$/;

/** Tags and attributes that are not ours; escaped text holds no `<`, `>` or `"`, so these patterns find all there are. */
function foreignMarkup(page: string): readonly string[] {
  return (page.match(/<[^>]*>?/g) ?? []).filter((tag) => {
    const [, name = '', attributes = ''] = /^<\/?([!a-z0-9]*)([\s\S]*?)\/?>$/.exec(tag.replace(/="[^"]*"/g, '=')) ?? [];
    return !OUR_TAGS.test(name) || /\s(?:on[a-z]+|style|srcdoc|src(?!=))=/.test(attributes) || /["'<]/.test(attributes);
  });
}

describe('renderAnalysisHtml', () => {
  test('counts, warnings, kinds, then each incident, in this order', () => {
    const page = render({
      incidents: [postIncident, unmatchedIncident],
      unlogged: [quietLoss],
      warnings: ['cut short'],
    });
    const parts = [
      '<title>2 lines about resets · resetscope</title>',
      '<h1>2 lines about resets</h1>',
      '1 not known</span>',
      '1 harmless</span>',
      '<code>error.log</code>, <code>a.pcap</code>, <code>b.pcap</code>',
      '1 unmatched (capture lost packets 1)',
      '<b>Warning</b> cut short',
      '3 kinds',
      'href="#kind-1"',
      '3 in full.',
      '<section class="alike" id="kind-1"',
      `<h3>${unmatchedIncident.sentence}</h3>`,
      '<section class="alike" id="kind-2"',
      `<h3>${postIncident.sentence}</h3>`,
      'Who hung up, and when?',
      'What became of the request?',
      'Why?',
      'What to change',
      '<mark title="request">POST /weixin/sync2851</mark>',
      '<svg class="rs-ladder rs-wide"',
      'rs-row rs-reset',
      'data-copy="tcp.stream eq 132',
      'The evidence',
      'How far to trust it',
      '<section class="alike" id="kind-3"',
      '<b>No line:</b> This log has no line of level info.',
    ];
    let at = 0;
    const missing = parts.filter((part) => {
      const found = page.indexOf(part, at);
      if (found >= 0) at = found;
      return found < 0;
    });
    expect(missing).toEqual([]);
  });

  test('its policy allows nothing but its own style and script', () => {
    const page = render({ incidents: [postIncident] });
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.replaceAll('&#39;', "'");
    expect(policy).toBe(
      "default-src 'none'; style-src 'sha256-c3R5bGU='; script-src 'sha256-c2NyaXB0'; img-src data:; base-uri 'none'; form-action 'none'",
    );
    expect(page.match(/(?:src|href)="(?!#|data:)/g)).toBeNull();
  });

  test('ids are unique, so that every label and link finds its own', () => {
    const ids = [...render({ incidents: manyIncidents(3) }).matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('thousands of incidents: some in full, more as rows, and the page says how many', () => {
    const page = render({ incidents: manyIncidents(2000) });
    expect(page.match(/<details class="case"/g)).toHaveLength(100);
    expect(page.match(/<tr data-case>/g)).toHaveLength(5000);
    expect(page).toContain('100 in full, 5,000 as table rows, 900 only counted.');
    expect(page.match(/more of this kind are counted here and not listed/g)).toHaveLength(3);
    expect(page.length).toBeLessThan(6_000_000);
  });

  test('few are unfolded from the start and need no filter', () => {
    const page = render({ incidents: [postIncident] });
    expect(page).toContain('<details class="case" data-case open>');
    expect(page).not.toContain('id="filter"');
    expect(render({ incidents: manyIncidents(2) })).not.toContain('data-case open');
  });

  test('a run without lines says so', () => {
    expect(render({})).toContain('No line of the log speaks of a reset.');
  });

  test('hostile text in every field, in full and in rows, stays text', () => {
    const page = renderAnalysisHtml(
      analysisOf({ incidents: Array.from({ length: 120 }, () => hostileIncident()), warnings: [HOSTILE] }),
      { errorLogs: [HOSTILE], captures: [], accessLogs: [] },
      assets,
    );
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page.match(/<tr data-case>/g)).toHaveLength(20);
    expect(foreignMarkup(page)).toEqual([]);
    expect(page.match(/<script>/g)).toHaveLength(1);
    expect(page).not.toMatch(/[^\n\t\P{C}]/u);
  });

  test('the check above finds what it should', () => {
    expect(foreignMarkup('<p>x</p><b onload="x"><iframe src="y"><p title="a" style="b">')).toEqual([
      '<b onload="x">',
      '<iframe src="y">',
      '<p title="a" style="b">',
    ]);
  });
});
