import { expect, test } from '@jest/globals';
import { postIncident } from '../../report/test-data/incidents.ts';
import { fingerprint } from './fingerprint.ts';
import { GROUP_NUMBERS, type GroupParts, readGroup, readGroupAbout, writeGroupAbout } from './group.ts';

const print = fingerprint(postIncident)!;
const about = writeGroupAbout(print, { ...postIncident, normalClose: true });

test('what a group shares is written and read back', () => {
  const { title, harm } = postIncident;
  expect(readGroupAbout(about)).toEqual({ fingerprint: print, title, harm, normalClose: true });
});

test.each(['', '{', '{}', '{"fingerprint":{},"title":"x","harm":"harmless"}'])('%j is not ours', (text) => {
  expect(readGroupAbout(text)).toBeNull();
});

function parts(numbers: Readonly<Record<string, string>>, fields: Partial<GroupParts> = {}): GroupParts {
  const values = GROUP_NUMBERS.map((name) => numbers[name] ?? null);
  return { id: '29f0', about, numbers: values, lastSeenUs: '9', state: null, tops: [], ...fields };
}

test('a group is read from its parts', () => {
  const numbers = { count: '4', unlogged: '1', first: '0000000000000007', last: 'job:1', harmless: '3', unknown: '1' };
  const tops = ['[["10.0.0.1:80",1,0],["10.0.0.2:80",3,0]]', null, null];
  expect(readGroup(parts(numbers, { tops, state: '{"kind":"resolved","sinceUs":"0000000000000008"}' }), 9)).toEqual({
    id: '29f0',
    fingerprint: print,
    count: 4,
    unlogged: 1,
    harms: { failed: 0, 'may-have-executed': 0, harmless: 3, unknown: 1 },
    firstSeenUs: 7,
    lastSeenUs: 9,
    lastIncidentId: 'job:1',
    title: postIncident.title,
    harm: postIncident.harm,
    benign: true,
    state: { kind: 'resolved', sinceUs: 8, by: null },
    top: {
      upstream: [
        { value: '10.0.0.2:80', count: 3, error: 0 },
        { value: '10.0.0.1:80', count: 1, error: 0 },
      ],
      client: [],
      route: [],
    },
  });
});

test('a normal close that made a request fail is not benign', () => {
  expect(readGroup(parts({ harmless: '9', failed: '1' }), 9)?.benign).toBe(false);
  expect(readGroup(parts({ harmless: '9', 'may-have-executed': '1' }), 9)?.benign).toBe(false);
});

test.each([{ about: null }, { about: '{' }, { lastSeenUs: null }])('%j: no group', (missing) => {
  expect(readGroup(parts({}, missing), 9)).toBeNull();
});
