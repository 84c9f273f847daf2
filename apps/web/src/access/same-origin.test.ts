import { expect, test } from '@jest/globals';
import { isSameOrigin } from './same-origin.ts';

const HOST = '10.0.0.5:9150';
const HOSTS = [HOST, 'page.example'];

test.each([
  { name: 'a program', headers: {}, expected: true },
  { name: 'our page', headers: { 'sec-fetch-site': 'same-origin', origin: 'null' }, expected: true },
  { name: 'typed by the user', headers: { 'sec-fetch-site': 'none' }, expected: true },
  { name: 'another site', headers: { 'sec-fetch-site': 'cross-site' }, expected: false },
  { name: 'another port of this host', headers: { 'sec-fetch-site': 'same-site' }, expected: false },
  { name: 'our script, plain http', headers: { origin: `http://${HOST}` }, expected: true },
  { name: 'our script, behind a proxy', headers: { origin: 'http://page.example' }, expected: true },
  { name: 'another script, plain http', headers: { origin: 'http://evil.example' }, expected: false },
  { name: 'another port, plain http', headers: { origin: 'http://10.0.0.5:80' }, expected: false },
  { name: 'no origin to speak of', headers: { origin: 'x' }, expected: false },
])('$name: $expected', ({ headers, expected }) => {
  expect(isSameOrigin(headers, HOSTS, false)).toBe(expected);
});

test('an opaque origin counts only where a cookie is needed besides', () => {
  expect(isSameOrigin({ origin: 'null' }, HOSTS, true)).toBe(true);
  expect(isSameOrigin({ origin: 'null' }, HOSTS, false)).toBe(false);
});
