import { expect, test } from '@jest/globals';
import { needleOf, pageStart, queryTerms } from './search.ts';

test('a query without terms looks at all', () => {
  expect(queryTerms({ limit: 9, text: 'x' })).toEqual(['all']);
});

test('all that is given is a term', () => {
  const query = { limit: 9, leg: 'client', statusCode: 502, client: '10.1.2.0/24', unlogged: true } as const;
  expect(queryTerms(query)).toEqual(['unlogged', 'client=10.1.2.0%2F24', 'statusCode=502', 'leg=client']);
});

test('text is looked for in lower case, and is not long', () => {
  expect(needleOf({ limit: 9, text: 'GET /A' })).toBe('get /a');
  expect(needleOf({ limit: 9 })).toBe('');
  expect(needleOf({ limit: 9, text: 'x'.repeat(1000) })).toHaveLength(256);
});

test.each([
  { name: 'nothing', query: {}, start: '~' },
  { name: 'a time', query: { beforeUs: 7 }, start: '0000000000000007' },
  { name: 'a cursor', query: { after: '0000000000000005:a:b' }, start: '0000000000000005:a:b' },
  {
    name: 'a cursor before the time',
    query: { after: '0000000000000005:a', beforeUs: 7 },
    start: '0000000000000005:a',
  },
  { name: 'a cursor after the time', query: { after: '0000000000000009:a', beforeUs: 7 }, start: '0000000000000007' },
  { name: 'a cursor that is none', query: { after: 'x' }, start: '~' },
])('a page begins at $name', ({ query, start }) => {
  expect(pageStart({ limit: 9, ...query })).toBe(start);
});
