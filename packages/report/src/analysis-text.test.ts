import { expect, test } from '@jest/globals';
import { hostileIncident, postIncident, unmatchedIncident } from '../test-data/incidents.ts';
import type { Analysis } from './analysis.ts';
import { renderAnalysisText } from './analysis-text.ts';

const analysis: Analysis = {
  incidents: [postIncident, unmatchedIncident],
  resets: { total: 204, handshake: 200, closing: 2, matched: 1, unlogged: 1 },
  clockOffsetSeconds: -0.25,
  warnings: ['capture.pcap: cut short after 12 packets'],
};

test('counts, then the incidents, then the warnings', () => {
  expect(renderAnalysisText(analysis, { color: false, width: 90 })).toBe(
    `2 lines: 1 matched, 0 ambiguous, 1 unmatched
204 resets: 1 matched, 200 in the handshake, 2 after a FIN, 1 unlogged
clock offset -0.250 s (capture minus log)

● The client 10.255.252.61 reset the connection 304 ms after it had received the whole 200
  answer to POST /weixin/sync2851: the transaction succeeded, only its farewell was rude.
  client-rst-after-complete · 97 % · tcp.stream 132 · frame 543 · error.log:13
○ The capture lost packets at the time of this line.
  unmatched: capture lost packets · error.log:13

warning: capture.pcap: cut short after 12 packets
`,
  );
});

test('a run without lines is its counts', () => {
  const empty = { ...analysis, incidents: [], warnings: [] };
  expect(renderAnalysisText(empty, { color: false, width: 90 }).split('\n')).toHaveLength(4);
});

test('hostile text reaches the terminal as text', () => {
  const hostile = { ...analysis, incidents: [hostileIncident()], warnings: ['\u001b[2J'] };
  expect(renderAnalysisText(hostile, { color: false, width: 90 })).not.toMatch(/[^\n\P{C}]/u);
});
