import { describe, expect, test } from '@jest/globals';
import { postIncident, raceIncident, unmatchedIncident } from '../../report/test-data/incidents.ts';
import { fingerprint, groupIdOf } from './fingerprint.ts';

describe('fingerprint', () => {
  test('client leg: the server of nginx', () => {
    expect(fingerprint(postIncident)).toEqual({
      leg: 'client',
      cause: 'client-rst-after-complete',
      peer: 'www.shop.test',
      resetBy: 'client',
      phase: 'lingering',
      route: '/weixin/sync{n}',
    });
  });

  test('upstream leg: network and port of the upstream on the wire', () => {
    expect(fingerprint(raceIncident)).toMatchObject({
      leg: 'upstream',
      peer: '10.9.8.0/24:3000',
      route: '/app/pay{n}',
    });
  });

  test('without a cause there is nothing to group by', () => {
    expect(fingerprint(unmatchedIncident)).toBeNull();
  });

  test('without line and request, peer and route are empty', () => {
    const request = { method: null, target: null, host: null };
    const incident = { ...postIncident, request, line: { ...postIncident.line, raw: '' } };
    expect(fingerprint(incident)).toMatchObject({ route: '', peer: '' });
  });
});

describe('groupIdOf', () => {
  const print = fingerprint(raceIncident)!;
  const id = groupIdOf(print);

  test('is 16 hexadecimal digits', () => {
    expect(id).toMatch(/^[0-9a-f]{16}$/);
  });

  test.each([
    { part: 'leg', other: { leg: 'client' as const } },
    { part: 'cause', other: { cause: 'upstream-worker-crash' } },
    { part: 'peer', other: { peer: '10.9.8.0/24:3001' } },
  ])('another $part is another problem', ({ other }) => {
    expect(groupIdOf({ ...print, ...other })).not.toBe(id);
  });

  test.each([
    { part: 'route', other: { route: '/login' } },
    { part: 'phase', other: { phase: null } },
    { part: 'resetter', other: { resetBy: null } },
  ])('another $part is the same problem', ({ other }) => {
    expect(groupIdOf({ ...print, ...other })).toBe(id);
  });

  test.each([
    { what: 'client', other: { client: '198.51.100.7' } },
    { what: 'upstream of the pool', other: { stream: { ...raceIncident.stream!, responder: '10.9.8.77:3000' } } },
    { what: 'request', other: { request: { method: 'GET', target: '/other', host: 'evil.test' } } },
  ])('another $what is the same problem', ({ other }) => {
    expect(groupIdOf(fingerprint({ ...raceIncident, ...other })!)).toBe(id);
  });
});
