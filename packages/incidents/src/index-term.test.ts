import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { postIncident, raceIncident, unmatchedIncident } from '../../report/test-data/incidents.ts';
import { indexTerm, parseIndexMember, termBounds, termsOf } from './index-term.ts';

const indexed = { node: 'web-1', logged: true, groupId: '29f0' };

test('an incident is found by what tells it from others', () => {
  expect(termsOf({ ...indexed, incident: raceIncident })).toEqual([
    'all',
    'group=29f0',
    'cause=keepalive-race-nginx-upstream',
    'leg=upstream',
    'resetBy=upstream',
    'upstream=10.9.8.191%3A3000',
    'upstream=10.9.8.191',
    'client=10.255.252.61',
    'client=10.255.252.0%2F24',
    'status=matched',
    'statusCode=200',
    'outcome=may-have-executed',
    'node=web-1',
  ]);
});

test('what an incident does not have makes no term', () => {
  const incident = { ...unmatchedIncident, client: null, upstream: null };
  expect(termsOf({ ...indexed, incident, logged: false, groupId: null })).toEqual([
    'all',
    'unlogged',
    'status=unmatched',
    'reason=capture-gap',
    'outcome=unknown',
    'node=web-1',
  ]);
});

test('an IPv6 upstream is found without brackets too', () => {
  const stream = { ...postIncident.stream!, responder: '[2001:db8::1]:80' };
  const terms = termsOf({ ...indexed, incident: { ...raceIncident, stream } });
  expect(terms).toContain(indexTerm('upstream', '[2001:db8::1]:80'));
  expect(terms).toContain(indexTerm('upstream', '2001:db8::1'));
});

test('no value reaches into another term, ends its own early, or makes it long', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      expect(indexTerm('node', value.repeat(3))).toMatch(/^node=[\w.!~*'()%-]{0,1536}$/);
    }),
  );
  expect(indexTerm('node', '\ud800|}\n:')).toBe('node=%EF%BF%BD%7C%7D%0A%3A');
});

test('bounds hold the members of one term, before a time when asked', () => {
  expect(termBounds('leg=client')).toEqual({ min: '[leg=client|', max: '(leg=client}' });
  expect(termBounds('all', 7)).toEqual({ min: '[all|', max: '(all|0000000000000007' });
});

test.each(['all|1795334115050717:job:1', '1795334115050717:job:1'])('%s is its time and its id', (member) => {
  expect(parseIndexMember(member)).toEqual({ id: 'job:1', createdAtUs: 1_795_334_115_050_717 });
});
