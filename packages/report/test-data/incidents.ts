/** Incidents for tests of report, incidents and web. */
import { readFileSync } from 'node:fs';
import type { Incident } from '@resetscope/diagnosis';

/**
 * A POST with `Connection: close` that was answered 200 and acknowledged; nginx sent FIN, the client RST+ACK. The packets
 * are those of a real nginx 1.22.1 and a real client.
 */
export const postIncident: Incident = JSON.parse(
  readFileSync(new URL('./weixin-post.json', import.meta.url), 'utf8'),
) as Incident;

/** The upstream reset the idle connection that nginx was reusing for a POST. */
export const raceIncident: Incident = {
  ...postIncident,
  leg: 'upstream',
  stream: { index: 7, originator: '10.4.37.69:41822', responder: '10.9.8.191:3000' },
  reset: { frame: 543, time: '2026-11-22T07:55:15.378719Z', by: 'upstream' },
  phase: 'request',
  cause: 'keepalive-race-nginx-upstream',
  title: 'Keepalive race: the upstream closed the connection nginx was reusing',
  harm: 'may-have-executed',
  sentence: 'Upstream 10.9.8.191:3000 reset the connection 0.3 ms after nginx sent POST /app/pay1061 on it.',
  request: { method: 'POST', target: '/app/pay1061', host: 'www.shop.test' },
};

/** A line that no connection explains. */
export const unmatchedIncident: Incident = {
  ...postIncident,
  status: 'unmatched',
  reason: 'capture-gap',
  leg: null,
  stream: null,
  confidence: 0,
  alternatives: [],
  reset: null,
  phase: null,
  cause: null,
  title: 'No connection found',
  outcome: null,
  harm: 'unknown',
  normalClose: false,
  teardown: null,
  history: null,
  wiresharkFilter: null,
  sentence: 'The capture lost packets at the time of this line.',
  answers: { succeeded: 'Not known.', who: 'Not known.', change: '' },
  advice: [],
  fixes: [],
  evidence: [],
  ladder: [],
  trust: { ...postIncident.trust, sawSyn: false, lostPackets: 214, readDelayUs: null },
};

/** Markup, attribute ends, Markdown, terminal escapes, control and bidirectional characters, a lone surrogate. */
export const HOSTILE =
  `</title></script><script>alert(1)</script>"' onload=alert(2) x='` +
  '[a](javascript:alert(3)) `c` ```` <!-- --> \u001b[2J\u001b]0;t\u0007\u0000\r\n\n# h\u009b31m\u202e\u2028\ud800 & &lt;';

/** Fields whose values come from closed lists: a program, not an attacker, writes them. */
const CLOSED: ReadonlySet<string> = new Set(['status', 'reason', 'leg', 'by', 'phase', 'harm', 'from', 'kind']);
const OUTCOME: ReadonlySet<string> = new Set(['request', 'response', 'delivered', 'retrySafe']);

/** The incident with every free text replaced by hostile text. */
export function hostileIncident(text: string = HOSTILE): Incident {
  return poison(postIncident, text) as Incident;
}

function poison(value: unknown, text: string, name = '', parent = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => poison(item, text, name, parent));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, poison(item, text, key, name)]));
  }
  const isClosed = CLOSED.has(name) || (parent === 'outcome' && OUTCOME.has(name));
  return typeof value === 'string' && !isClosed ? text : value;
}
