import { expect, test } from '@jest/globals';
import { HOSTILE, postIncident } from '../test-data/incidents.ts';
import { row, twoLegged } from '../test-data/legs.ts';
import { renderIncidentText } from './incident-text.ts';
import { accessWords, joinWords, legHeads, legRows, legWords } from './legs.ts';
import { formatLegs } from './legs-text.ts';
import { lineSection } from './markup/line.ts';
import { packetsSection } from './markup/packets.ts';

const hostile = {
  ...twoLegged,
  otherLeg: {
    ...twoLegged.otherLeg!,
    stream: { index: 1, originator: HOSTILE, responder: HOSTILE },
    ladder: [row(1, 0, 'originator', { label: HOSTILE, flags: HOSTILE })],
  },
  access: { ...twoLegged.access!, requestId: HOSTILE, upstreamAddrs: [HOSTILE] },
};

test('rows of both connections in order of time', () => {
  expect(legRows(twoLegged).map(({ frame, leg }) => `${frame} ${leg}`)).toEqual([
    ...['3 client', '4 client', '5 upstream', '6 upstream', '7 upstream', '8 upstream', '9 client'],
  ]);
  expect(legRows(postIncident)).toEqual([]);
});

test('three lifelines, client and upstream by name', () => {
  const heads = { client: 'client 10.255.252.61:56576', nginx: 'nginx', upstream: 'upstream 10.9.8.191:3000' };
  expect(legHeads(twoLegged)).toEqual(heads);
});

test('words of a row, of the join and of the access line', () => {
  expect(legRows(twoLegged).map(legWords)).toEqual([
    '[S]',
    '[P.], len 206  POST /app/pay1061',
    '[S]',
    '[S.]',
    '[P.], len 260  POST /app/pay1061',
    'RST [R.]',
    '[P.], len 314  502',
  ]);
  expect(legWords(row(1, 0, 'originator', { kind: 'folded', label: '7 packets' }))).toBe('… 7 packets …');
  expect(joinWords(twoLegged.otherLeg!)).toBe('10.255.252.61:56576 → 10.4.37.69:80, by the port in the access log');
  expect(accessWords(twoLegged.access!)).toBe(
    'status 502 after 0.3 s, upstream 10.9.8.191:3000 (502), then 10.9.8.192:3000 (no answer), request id 9231c0344d6f8aa24a08df766502ae6c',
  );
});

test('the terminal shows both on one timeline', () => {
  const text = formatLegs(legRows(twoLegged), legHeads(twoLegged), { color: false, width: 100 });
  expect(`\n${text}\n`).toBe(`
   frame        time  client 10.255.252.61:56576         nginx             upstream 10.9.8.191:3000
       3   -0.250 ms  │── [S] ─────────────────────────────▶│                                     │
       4   -0.100 ms  │── [P.], len 206  POST /app/pay10… ─▶│                                     │
       5    0.000 ms  │                                     │── [S] ─────────────────────────────▶│
       6    0.100 ms  │                                     │◀─ [S.] ─────────────────────────────│
       7    0.200 ms  │                                     │── [P.], len 260  POST /app/pay10… ─▶│
                      ┊                              … 300 ms idle …                              ┊
       8  300.200 ms  │                                     │◀─ RST [R.] ─────────────────────────│
       9  300.450 ms  │◀─ [P.], len 314  502 ───────────────│                                     │
`);
});

test.each([60, 80, 120, 300])('keeps to the width of %d columns', (width) => {
  const lines = formatLegs(legRows(hostile), legHeads(hostile), { color: false, width }).split('\n');
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(Math.min(width, 120));
  expect(lines.join('')).not.toContain(String.fromCharCode(27));
});

test('the text of an incident has the access line and both legs', () => {
  const text = renderIncidentText(twoLegged, { color: false, width: 100 });
  expect(text).toContain('\nAccess log  status 502 after 0.3 s, upstream');
  expect(text).toContain('\nBoth legs   client connection 10.255.252.61:56576 → 10.4.37.69:80, by the port');
  expect(text.indexOf('Both legs')).toBeGreaterThan(text.indexOf('Connection  '));
  expect(renderIncidentText(postIncident, { color: false, width: 100 })).not.toMatch(/Both legs|Access log/);
});

test('the page names how the other connection was found, and hostile text stays text', () => {
  expect(packetsSection(postIncident)?.toString()).not.toContain('by the port');
  expect(packetsSection(twoLegged)?.toString()).toContain('by the port in the access log</code> · 99 %');
  expect(lineSection(twoLegged).toString()).toContain('Access log: status 502 after 0.3 s');
  expect(lineSection(postIncident).toString()).not.toContain('Access log');
  for (const markup of [packetsSection(hostile), lineSection(hostile)])
    expect(`${markup}`).not.toMatch(/<script|<img|<b>/);
});
