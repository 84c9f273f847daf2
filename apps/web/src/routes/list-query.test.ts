import { expect, test } from '@jest/globals';
import { DEFAULT_LIMIT, readListQuery } from './list-query.ts';

test.each([
  { name: 'nothing', query: {}, read: { limit: DEFAULT_LIMIT } },
  {
    name: 'everything',
    query: { limit: '7', before: '1795334115050717', group: '0123456789abcdef' },
    read: { limit: 7, beforeUs: 1_795_334_115_050_717, groupId: '0123456789abcdef' },
  },
  { name: 'limits', query: { limit: '99999' }, read: { limit: 200 } },
  { name: 'at least one', query: { limit: '0' }, read: { limit: 1 } },
  { name: 'nonsense', query: { limit: '-1', before: 'x', group: '../' }, read: { limit: DEFAULT_LIMIT } },
  { name: 'given twice', query: { limit: ['1', '2'], group: ['a'] }, read: { limit: DEFAULT_LIMIT } },
])('$name', ({ query, read }) => {
  expect(readListQuery(query)).toEqual(read);
});
