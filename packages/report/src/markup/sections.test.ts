import { describe, expect, test } from '@jest/globals';
import type { Incident } from '@resetscope/diagnosis';
import { HOSTILE, hostileIncident, postIncident, raceIncident, unmatchedIncident } from '../../test-data/incidents.ts';
import { row, twoLegged } from '../../test-data/legs.ts';
import type { SafeHtml } from '../html.ts';
import { answersSection } from './answers.ts';
import { consideredSection } from './considered.ts';
import { fixesSection } from './fixes.ts';
import { gapSection } from './gap.ts';
import { lineSection } from './line.ts';
import { packetsSection } from './packets.ts';
import { retriesSection } from './retries.ts';
import { trustSection } from './trust.ts';

/** Text of the markup, without tags, blanks run together. */
function words(markup: SafeHtml | null): string {
  return String(markup ?? '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

const badges = (markup: SafeHtml): readonly string[] =>
  [...String(markup).matchAll(/<span class="badge ([a-z]+)">(.*?)<\/span>/g)].map(
    ([, tone, text]) => `${text} (${tone})`,
  );

const alternative = {
  stream: postIncident.stream!,
  confidence: 0.4,
  reasons: ['request line (+4)', 'same second (+1)'],
};
const ambiguous: Incident = {
  ...unmatchedIncident,
  status: 'ambiguous',
  reason: 'several-fit',
  alternatives: [alternative, alternative],
};

describe('answersSection', () => {
  test('who, what became of it, why: a badge and a sentence each', () => {
    expect(badges(answersSection(postIncident))).toEqual([
      ...['client (calm)', 'lingering (calm)', 'not a normal close (warn)'],
      'answered and delivered (good)',
      '97 % sure (calm)',
    ]);
    expect(words(answersSection(postIncident))).toContain(`Why? 97 % sure ${postIncident.title}.`);
  });

  test('an upstream failed, and what the client got nevertheless', () => {
    const failed: Incident = {
      ...twoLegged,
      confidence: 0.7,
      harm: 'failed',
      outcome: { request: 'complete', response: 'none', delivered: 'no', status: null, retrySafe: 'no' },
      access: { ...twoLegged.access!, status: 200 },
    };
    expect(badges(answersSection(failed)).slice(-4)).toEqual([
      'not delivered (bad)',
      'retry is not safe (warn)',
      'client got 200 (good)',
      '70 % sure (warn)',
    ]);
  });
});

describe('fixesSection', () => {
  test('by owner, the rule above all, what can be pasted below', () => {
    const fixes = [
      { party: 'rule', text: 'the asking side must time out first' },
      { party: 'nginx', text: 'nothing; `keepalive` stays' },
      { party: 'LB', text: 'idle timeout' },
    ];
    const text = words(fixesSection({ cause: 'keepalive-race-nginx-upstream', fixes }));
    expect(text).toMatch(
      /^What to change The asking side must time out first\. nginx operator Nothing; keepalive stays nginx\.conf, upstream \{\} Copy keepalive 32;/,
    );
    expect(text).toMatch(/Network LB Idle timeout Upstream owner Node Copy/);
  });

  test('what is copied is what is shown', () => {
    const markup = String(fixesSection(raceIncident));
    const copied = [...markup.matchAll(/data-copy="([^"]*)"/g)].map(([, text]) => text);
    const shown = [...markup.matchAll(/<pre tabindex="0"><code>([^<]*)<\/code>/g)].map(([, text]) => text);
    expect(shown.length).toBeGreaterThan(3);
    expect(copied).toEqual(shown);
  });

  test('nothing to say, no section', () => {
    expect(fixesSection({ cause: null, fixes: [] })).toBeNull();
  });
});

describe('a line without an answer', () => {
  test('why, what was considered, what to do next time', () => {
    const text = words(gapSection(ambiguous));
    expect(text).toContain('Why is there no answer? ambiguous several connections fit');
    expect(text).toContain('2 connections of 10.255.252.61 that ended at the time of the line and may be it.');
    expect(text).toContain('log_format resetscope');
    expect(words(consideredSection(ambiguous, ambiguous))).toContain('40 % 10.255.252.61:56576 → 10.4.37.69:80');
  });

  test('nothing was considered where there are no packets', () => {
    expect(words(gapSection({ ...unmatchedIncident, reason: 'unix-socket' }))).toContain(
      'Nothing: of such a connection',
    );
    expect(words(gapSection(unmatchedIncident))).toContain('The connections of 10.255.252.61 that ended near the time');
    const upstream = { ...unmatchedIncident, leg: 'upstream', upstream: 'http://10.0.0.1:80/a?b' } as const;
    expect(words(gapSection(upstream))).toContain('The connections of 10.0.0.1:80 that ended');
  });

  test('a connection without a line says so', () => {
    const line = { file: '', lineNumber: 0, offset: null, raw: '' };
    const quiet = { ...postIncident, line, why: { reason: 'log-level', text: 'Not at this level.' } } as const;
    expect(words(lineSection(quiet))).toBe(
      'No line nginx wrote no line about this connection; it was found in the packets alone. Not at this level.',
    );
  });
});

test('what was considered begins with what was taken', () => {
  const text = words(
    consideredSection(postIncident, { ...postIncident, reasons: ['request line (+4)'], alternatives: [alternative] }),
  );
  expect(text).toMatch(/^What was considered 97 % Taken: .* request line \(\+4\) 40 % /);
  expect(consideredSection({ causeAlternatives: [] }, null)).toBeNull();
});

describe('retriesSection', () => {
  test('the upstreams tried, and the same request again', () => {
    const retries = [{ stream: postIncident.stream!, afterUs: 1_200_000, status: 200, response: 'complete' }] as const;
    const text = words(retriesSection({ ...twoLegged, retries }));
    expect(text).toContain('nginx tried 2 upstreams one after the other, and answered the client 502.');
    expect(text).toContain('10.9.8.191:3000 502 10.9.8.192:3000 no answer');
    expect(text).toContain('Asked again 1.2 s later: answered 200.');
  });

  test('one attempt is no retry', () => {
    const access = { ...twoLegged.access!, upstreamAddrs: ['10.0.0.1:80'], upstreamStatuses: [502] };
    expect(retriesSection({ access })).toBeNull();
  });
});

test('ids only where there is one page to an incident', () => {
  const all = (level: 2 | 4): string =>
    [
      packetsSection(twoLegged, level),
      lineSection(twoLegged, level),
      trustSection(twoLegged, level),
      fixesSection(raceIncident, level),
    ].join('');
  expect(all(2).match(/ id="/g)).toHaveLength(4);
  expect(all(4)).not.toContain(' id="');
});

test('the table has every row, by who sent it to whom, with raw numbers', () => {
  const text = words(
    packetsSection({ ...twoLegged, ladder: [row(7, 0, 'originator', { flags: 'P.', rawSeq: 4_000_000_000 })] }),
  );
  expect(text).toContain('7 0.000 nginx → upstream PSH ACK');
  expect(text).toContain('4000000000');
  expect(text).toContain('9 300.450 nginx → client PSH ACK 502 314');
});

test('hostile text in every field stays text', () => {
  const hostile: Incident = {
    ...hostileIncident(),
    reasons: [HOSTILE],
    retries: [
      { stream: { index: 0, originator: HOSTILE, responder: HOSTILE }, afterUs: 1, status: 1, response: 'none' },
    ],
    access: { ...twoLegged.access!, upstreamAddrs: [HOSTILE, HOSTILE] },
    why: { reason: 'not-known', text: HOSTILE },
    line: { ...postIncident.line, raw: '' },
  };
  const sections = [
    ...[answersSection, fixesSection, gapSection, lineSection, packetsSection, retriesSection, trustSection].map(
      (one) => one(hostile as never),
    ),
    consideredSection(hostile, hostile),
  ];
  for (const section of sections) {
    expect(section).not.toBeNull();
    expect(String(section)).not.toMatch(/<script|<img|[^\n\t\P{C}]/u);
    // Values of attributes hold no quote: what is left of a tag are names.
    expect(String(section).replace(/="[^"]*"/g, '=')).not.toMatch(/<[^>]* (?:on[a-z]+|style|src)=/);
  }
});
