import { describe, expect, test } from '@jest/globals';
import { analysisOf, manyIncidents, quietLoss } from '../test-data/analysis.ts';
import { hostileIncident, postIncident, unmatchedIncident } from '../test-data/incidents.ts';
import type { Analysis } from './analysis.ts';
import { type Detail, renderAnalysisText } from './analysis-text.ts';

const render = (analysis: Analysis, detail: Detail = { kind: 'few' }, width = 90): string =>
  renderAnalysisText(analysis, { color: false, width }, detail);

const RULE = /^─+$/gm;

describe('renderAnalysisText', () => {
  test('few: the counts, the warnings, then everything in full', () => {
    const warnings = ['capture.pcap: cut short after 12 packets'];
    const text = render(analysisOf({ incidents: [postIncident, unmatchedIncident], warnings }));
    expect(
      text.startsWith(`2 lines     1 matched · 0 ambiguous · 1 unmatched (capture lost packets 1)
204 resets  1 matched · 200 in the handshake · 2 after a FIN · 1 unlogged
Clock       capture and log agree

warning: capture.pcap: cut short after 12 packets

─`),
    ).toBe(true);
    expect(text.match(RULE)).toHaveLength(2);
    expect(text).not.toContain('--all');
  });

  test('many: a group of each kind, and how to see more', () => {
    const text = render(analysisOf({ incidents: manyIncidents(20) }));
    expect(text).toContain(`● 20 × Keepalive race: the upstream closed the connection nginx was reusing
    For example: Upstream 10.9.8.191:3000 reset the connection 0.3 ms after nginx sent
    POST /app/pay1061 on it.
    To change: Nothing on nginx. The client should close its socket in order once it has
    read the response.
    may have executed · upstream leg · reset by upstream · phase request · cause
    keepalive-race-nginx-upstream
    10.9.8.191:3000 ×20 · POST /app/pay1061 ×20
    lines 21, 22, 23, 24, 25, 26, 27, 28 and 12 more, 07:55:15 UTC
`);
    expect(text.match(RULE)).toBeNull();
    expect(
      text.endsWith('One line in full: --line N. Everything in full: --all. A page of everything: --html FILE.\n'),
    ).toBe(true);
    expect(text.split('\n').length).toBeLessThan(40);
  });

  test('all: every one in full', () => {
    expect(render(analysisOf({ incidents: manyIncidents(2) }), { kind: 'all' }).match(RULE)).toHaveLength(6);
  });

  test('these: they alone, and the warnings', () => {
    const analysis = analysisOf({ incidents: manyIncidents(20), warnings: ['cut'] });
    const text = render(analysis, { kind: 'these', incidents: analysis.incidents.slice(0, 1) });
    expect(text.startsWith('warning: cut\n\n─')).toBe(true);
    expect(text).toContain('error.log:1,');
    expect(text).not.toContain('60 lines');
  });

  test('what no line says is shown apart, with the reason for the silence', () => {
    const text = render(analysisOf({ unlogged: [quietLoss] }));
    expect(text).toContain('1 loss      no line: below the log level 1');
    expect(text).toContain('1 connection lost data and no line says so');
    expect(text).toMatch(/^No line {5}This log has no line of level info\.$/m);
    const grouped = render(analysisOf({ unlogged: Array(4).fill(quietLoss) }));
    expect(grouped).toContain('● 4 × Client aborted in the middle of the response: below the log level');
    expect(grouped).toContain('tcp.stream 9, 9, 9, 9, 07:55:20 UTC');
  });

  test('several logs: each line says which', () => {
    const line = { ...postIncident.line, file: 'other.log' };
    const text = render(analysisOf({ incidents: [...Array(3).fill(postIncident), { ...postIncident, line }] }));
    expect(text).toContain('lines error.log:13, error.log:13, error.log:13, other.log:13,');
  });

  test('a run without lines is its counts', () => {
    expect(render(analysisOf({})).split('\n')).toHaveLength(4);
  });

  test.each([60, 80, 120])('groups keep to %d columns', (width) => {
    const lines = render(analysisOf({ incidents: manyIncidents(20) }), { kind: 'few' }, width).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
  });

  test('a terminal wider than the eye follows is not filled', () => {
    const lines = render(analysisOf({ incidents: [postIncident] }), { kind: 'few' }, 200).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBe(120);
  });

  test('hostile text reaches the terminal as text', () => {
    const hostile = Array.from({ length: 5 }, () => hostileIncident());
    for (const detail of [{ kind: 'few' }, { kind: 'all' }] as const) {
      expect(render(analysisOf({ incidents: hostile, warnings: ['\u001b[2J'] }), detail)).not.toMatch(/[^\n\P{C}]/u);
    }
  });
});
