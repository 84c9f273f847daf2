import { describe, expect, test } from '@jest/globals';
import { postIncident, unmatchedIncident } from '../test-data/incidents.ts';
import { trustFacts, trustWords } from './trust-facts.ts';

const trust = postIncident.trust;
const MINUTE_US = 60_000_000;

/** `value (tone)` of one fact. */
function fact(name: string, parts: Partial<typeof trust>): string | undefined {
  const found = trustFacts({ ...postIncident, trust: { ...trust, ...parts } }).find((one) => one.name === name);
  return found === undefined ? undefined : `${found.value} (${found.tone})`;
}

describe('trustFacts', () => {
  test('of a whole connection in a whole capture', () => {
    expect(trustFacts(postIncident).map(({ name, value, tone }) => `${name}: ${value} (${tone})`)).toEqual([
      'Confidence: 97 % (good)',
      'Handshake: seen (good)',
      'Encryption: none: the request could be read (good)',
      'Lost by the capture: 0 packets (good)',
      'Clock offset: 0.000 s (good)',
      'Line read: 0.4 ms after the reset (good)',
    ]);
  });

  test('without a connection there is none to speak of', () => {
    expect(trustFacts(unmatchedIncident).map(({ name }) => name)).toEqual(['Lost by the capture', 'Clock offset']);
  });

  test.each([
    ['Handshake', { sawSyn: false }, 'not seen: the beginning is missing (warn)'],
    ['Encryption', { tls: true }, 'TLS: no URL to compare (warn)'],
    ['Lost by the capture', { lostPackets: null }, 'not known (calm)'],
    ['Lost by the capture', { lostPackets: 1 }, '1 packet (warn)'],
    ['Clock offset', { clockOffsetSeconds: -28_800 }, '-28800.000 s (warn)'],
    ['Line read', { readDelayUs: 3_700_000 }, '3.7 s after the reset (warn)'],
    ['Line read', { readDelayUs: -200 }, 'before the packet: clocks differ (warn)'],
    ['Line read', { readDelayUs: null }, undefined],
    ['Ring reached back', {}, undefined],
  ])('%s of %p', (name, parts, expected) => {
    expect(fact(name, parts)).toBe(expected);
  });

  test.each([
    ['ring', 462 * 1_000_000, 0, [], 'Ring reached back', '7 min 42 s before the line (good)'],
    ['ring', -4_000_000, 9_000_000, [], 'Ring reached back', 'not to the line: it begins 4.0 s after it (warn)'],
    ['capture', 90 * MINUTE_US, 30_000, [], 'Capture covers', '1 h 30 min before and 30 ms after the line (good)'],
    [
      'capture',
      3 * 1440 * MINUTE_US,
      -MINUTE_US,
      [],
      'Capture covers',
      'not the line: it ends 1 min 0 s before it (warn)',
    ],
    [
      'ring',
      0,
      0,
      [{ durationUs: 1, lostPackets: 0, reason: 'restart' }],
      'Lost by the capture',
      '1 gap, not counted (warn)',
    ],
  ] as const)('reach of the %s: %d before, %d after', (source, beforeUs, afterUs, gaps, name, expected) => {
    expect(fact(name, { reach: { source, beforeUs, afterUs, gaps } })).toBe(expected);
  });
});

test('trustWords: the same without the confidence, and what else is to be said', () => {
  expect(trustWords({ ...postIncident, trust: { ...trust, flags: ['cut short'] } })).toEqual([
    'handshake: seen',
    'encryption: none: the request could be read',
    'lost by the capture: 0 packets',
    'clock offset: 0.000 s',
    'line read: 0.4 ms after the reset',
    'cut short',
  ]);
});
