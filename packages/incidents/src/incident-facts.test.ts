import { expect, test } from '@jest/globals';
import type { Incident } from '@resetscope/diagnosis';
import { postIncident, raceIncident } from '../../report/test-data/incidents.ts';
import { factsOf, searchText } from './incident-facts.ts';

const stream = { index: 0, originator: '[2001:db8::7]:51234', responder: '10.0.0.2:80' };
const line = (raw: string): Incident['line'] => ({ ...postIncident.line, raw });

test('facts of a line about a client', () => {
  expect(factsOf(postIncident)).toMatchObject({ client: '10.255.252.61', route: '/weixin/sync{n}' });
  expect(factsOf({ ...postIncident, client: null, stream })).toMatchObject({ client: '2001:db8::7' });
});

test.each([
  { name: 'the upstream on the wire', incident: raceIncident, upstream: '10.9.8.191:3000' },
  {
    name: 'a URL',
    incident: { ...postIncident, upstream: 'http://10.0.1.3:8080/app?x=:1' },
    upstream: '10.0.1.3:8080',
  },
  {
    name: 'IPv6',
    incident: { ...postIncident, upstream: 'fastcgi://[2001:db8::1]:9000' },
    upstream: '[2001:db8::1]:9000',
  },
  {
    name: 'a socket',
    incident: { ...postIncident, upstream: 'http://unix:/run/a.sock:/x' },
    upstream: 'unix:/run/a.sock',
  },
  { name: 'none', incident: { ...postIncident, upstream: null }, upstream: '' },
])('upstream: $name', ({ incident, upstream }) => {
  expect(factsOf(incident).upstream).toBe(upstream);
});

test.each([
  {
    raw: '*7 recv() failed (104: x), client: 1.2.3.4, server: a.test, request: "GET /, server: b HTTP/1.1"',
    server: 'a.test',
  },
  { raw: '*7 recv() failed (104: x), client: 1.2.3.4, server: 0.0.0.0:80', server: '0.0.0.0:80' },
  { raw: '', server: '' },
])('server "$server" is that of nginx, not one in a request', ({ raw, server }) => {
  expect(factsOf({ ...postIncident, line: line(raw) }).server).toBe(server);
});

test('whatever the log says, no value is long', () => {
  const long = 'x'.repeat(5000);
  const incident = { ...postIncident, leg: null, client: long, upstream: long, line: line(`, server: ${long}`) };
  for (const value of Object.values(factsOf(incident))) expect(value.length).toBeLessThanOrEqual(128);
});

test('the text of a search is the line, in lower case; latin1 characters are read as the UTF-8 they were', () => {
  expect(searchText({ ...postIncident, line: line('RECV() failed "GET /k\u00c3\u00a4se"') })).toBe(
    'recv() failed "get /käse"',
  );
});

test('without a line it is the parts of the request', () => {
  const request = { method: 'POST', target: '/Pay', host: 'm.shop.test' };
  const unlogged = { ...postIncident, line: line(''), request, client: '10.0.0.1', upstream: null };
  expect(searchText(unlogged)).toBe('post /pay m.shop.test 10.0.0.1');
});
