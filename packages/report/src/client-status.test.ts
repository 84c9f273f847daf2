import { expect, test } from '@jest/globals';
import type { Incident } from '@resetscope/diagnosis';
import { row, twoLegged } from '../test-data/legs.ts';
import { clientStatus } from './client-status.ts';

const { access, ...noAccess } = twoLegged;
const client = twoLegged.otherLeg!;

function onClient(...rows: (typeof client)['ladder']): Incident {
  return { ...noAccess, otherLeg: { ...client, ladder: rows } };
}

test('the access log knows it best', () => {
  expect(clientStatus({ ...twoLegged, access: { ...access!, status: 200 } })).toBe(200);
});

test('else the first answer on the client’s connection after the reset', () => {
  expect(clientStatus(noAccess)).toBe(502);
  const earlier = row(2, 100, 'responder', { label: '200' });
  const asked = row(4, 300_300, 'originator', { label: '404' });
  expect(clientStatus(onClient(earlier, asked, row(9, 300_400, 'responder', { label: '504' })))).toBe(504);
  expect(clientStatus(onClient(earlier))).toBeNull();
  expect(clientStatus(onClient(row(9, 300_400, 'responder', { label: '50212' })))).toBeNull();
});

test('nobody knows it without either, or it is the client’s own connection', () => {
  const { otherLeg, ...alone } = noAccess;
  expect(clientStatus(alone)).toBeNull();
  expect(clientStatus({ ...twoLegged, leg: 'client' })).toBeNull();
  expect(clientStatus({ ...noAccess, ladder: [] })).toBeNull();
});
