import { expect, test } from '@jest/globals';
import { postIncident } from '../../report/test-data/incidents.ts';
import { readStoredIncident } from './stored-incident.ts';

const record = JSON.stringify({
  node: 'web-1',
  createdAtUs: '1795334115050717',
  amendedAtUs: '',
  resetTsUs: '1795334115378719',
  groupId: '',
  grouped: '0',
  unlogged: '',
  counter: 'matched',
});
const verdict = JSON.stringify(postIncident);

test('a record and its verdict are an incident; empty text is null', () => {
  expect(readStoredIncident('7', record, verdict)).toEqual({
    id: '7',
    node: 'web-1',
    createdAtUs: 1_795_334_115_050_717,
    amendedAtUs: null,
    resetTsUs: 1_795_334_115_378_719,
    groupId: null,
    grouped: 0,
    logged: true,
    incident: postIncident,
  });
});

test.each([
  { name: 'no record', record: null, verdict },
  { name: 'no verdict', record, verdict: null },
  { name: 'cut JSON', record: '{', verdict },
  { name: 'a foreign record', record: '{"node":1}', verdict },
  { name: 'a foreign verdict', record, verdict: '{"status":"new"}' },
])('$name is no incident', (stored) => {
  expect(readStoredIncident('7', stored.record, stored.verdict)).toBeNull();
});
