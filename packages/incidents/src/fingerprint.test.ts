import { describe, expect, test } from '@jest/globals';
import { postIncident, raceIncident, unmatchedIncident } from '../../report/test-data/incidents.ts';
import { clientNetwork, fingerprint, groupIdOf } from './fingerprint.ts';

describe('fingerprint', () => {
  test('client leg: the network of the client', () => {
    expect(fingerprint(postIncident)).toEqual({
      leg: 'client',
      resetBy: 'client',
      phase: 'lingering',
      cause: 'client-rst-after-complete',
      peer: '10.255.252.0/24',
      route: '/weixin/sync{n}',
    });
  });

  test('upstream leg: the upstream on the wire', () => {
    expect(fingerprint(raceIncident)).toMatchObject({ leg: 'upstream', peer: '10.9.8.191:3000', route: '/app/pay{n}' });
  });

  test('without a cause there is nothing to group by', () => {
    expect(fingerprint(unmatchedIncident)).toBeNull();
  });

  test('without a request the route is empty', () => {
    const request = { method: null, target: null, host: null };
    expect(fingerprint({ ...postIncident, request, client: null })).toMatchObject({ route: '', peer: '' });
  });
});

test('a group id is 16 hexadecimal digits and differs when any part differs', () => {
  const print = fingerprint(postIncident)!;
  const ids = [print, { ...print, phase: 'idle' as const }, { ...print, resetBy: null }, { ...print, route: '' }].map(
    groupIdOf,
  );
  expect(new Set(ids).size).toBe(4);
  expect(ids[0]).toMatch(/^[0-9a-f]{16}$/);
  expect(groupIdOf({ ...print })).toBe(ids[0]);
});

test.each([
  { address: '10.1.2.3', network: '10.1.2.0/24' },
  { address: '2001:db8:1:2::9', network: '2001:db8:1::/48' },
  { address: '2001:db8::9', network: '2001:db8:0::/48' },
  { address: '::1', network: '0:0:0::/48' },
  { address: '::ffff:10.1.2.3', network: '10.1.2.0/24' },
  { address: 'unix:', network: 'unix:' },
  { address: '', network: '' },
])('clientNetwork($address)', ({ address, network }) => {
  expect(clientNetwork(address)).toBe(network);
});
