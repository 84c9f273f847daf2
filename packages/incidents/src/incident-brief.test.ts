import { expect, test } from '@jest/globals';
import { hostileIncident, postIncident } from '../../report/test-data/incidents.ts';
import { readListedIncident, writeBrief } from './incident-brief.ts';
import { writeRecord } from './stored-incident.ts';
import { incoming, NOW_US } from './testing/incoming.ts';

const record = writeRecord(incoming('a', { grouped: 3, logged: false }), '0123456789abcdef');

test.each([postIncident, hostileIncident()])('what lists show comes back as it was', (incident) => {
  const read = readListedIncident('a', record, writeBrief(incident));
  expect(read).toMatchObject({ id: 'a', node: 'web-1', createdAtUs: NOW_US, grouped: 3, logged: false });
  expect(incident).toMatchObject(read?.incident ?? { status: 'none' });
  expect(Object.keys(read?.incident ?? {})).not.toContain('ladder');
});

test.each([
  { record: null, brief: '{}' },
  { record, brief: null },
  { record, brief: '{' },
  { record, brief: '{"status":"none"}' },
  { record: '{', brief: writeBrief(postIncident) },
])('half of it, or not ours, is nothing', (halves) => {
  expect(readListedIncident('a', halves.record, halves.brief)).toBeNull();
});
