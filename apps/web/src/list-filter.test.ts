import { describe, expect, test } from '@jest/globals';
import type { IncidentGroup } from '@resetscope/incidents';
import { filterLink, fitsGroup, hasState, readListFilter, searchOf } from './list-filter.ts';

const NOW_US = 1_795_334_115_000_000;

const PLAIN = readListFilter({});

describe('the address says it all', () => {
  test.each([
    { name: 'nothing', query: {}, link: '' },
    {
      name: 'everything',
      query: {
        range: '1h',
        cause: 'port-scan',
        leg: 'client',
        harm: 'failed',
        upstream: '10.4.40.140:8080',
        client: '203.0.113.7',
        text: 'a b&c',
        status: 'unlogged',
        reason: 'capture-gap',
        code: '502',
        state: 'snoozed',
        order: 'count',
      },
      link: '?range=1h&cause=port-scan&leg=client&harm=failed&upstream=10.4.40.140%3A8080&client=203.0.113.7&text=a+b%26c&status=unlogged&reason=capture-gap&code=502&state=snoozed&order=count',
    },
    {
      name: 'nonsense',
      query: {
        range: 'x',
        cause: 'constructor',
        leg: 'left',
        harm: '',
        state: 'x',
        order: '1',
        code: '999',
        status: '',
      },
      link: '',
    },
    { name: 'given twice', query: { text: ['a', 'b'], harm: ['failed'] }, link: '' },
    { name: 'far too long', query: { text: 'x'.repeat(9999) }, link: `?text=${'x'.repeat(256)}` },
  ])('$name', ({ query, link }) => {
    const filter = readListFilter(query);
    expect(filterLink(filter)).toBe(link);
    expect(readListFilter(Object.fromEntries(new URLSearchParams(link)))).toEqual(filter);
  });

  test('a link changes some of it, and may carry more', () => {
    const filter = readListFilter({ harm: 'failed', text: 'pay' });
    expect(filterLink(filter, { harm: null })).toBe('?text=pay');
    expect(filterLink(filter, { text: '' }, [['page', '2']])).toBe('?harm=failed&page=2');
  });
});

const group: IncidentGroup = {
  id: '0123456789abcdef',
  fingerprint: {
    leg: 'upstream',
    cause: 'upstream-port-closed',
    peer: '10.4.40.0/24:8080',
    resetBy: 'upstream',
    phase: 'handshake',
    route: '/pay/{n}',
  },
  count: 3,
  unlogged: 0,
  harms: { failed: 1, 'may-have-executed': 0, harmless: 2, unknown: 0 },
  firstSeenUs: 1,
  lastSeenUs: 2,
  lastIncidentId: 'a',
  title: 'Nothing listens on the upstream port',
  harm: 'harmless',
  benign: false,
  state: { kind: 'open' },
  top: {
    upstream: [{ value: '10.4.40.140:8080', count: 3, error: 0 }],
    client: [{ value: '203.0.113.7', count: 3, error: 0 }],
    route: [{ value: '/Cart', count: 3, error: 0 }],
  },
};

test.each([
  { query: {}, fits: true },
  { query: { cause: 'upstream-port-closed' }, fits: true },
  { query: { cause: 'port-scan' }, fits: false },
  { query: { leg: 'client' }, fits: false },
  { query: { harm: 'failed' }, fits: true },
  { query: { harm: 'unknown' }, fits: false },
  { query: { upstream: '10.4.40.140' }, fits: true },
  { query: { upstream: '10.4.40.0/24' }, fits: true },
  { query: { upstream: '10.4.41' }, fits: false },
  { query: { client: '203.0.113.7' }, fits: true },
  { query: { client: '198.51.100.1' }, fits: false },
  { query: { text: 'LISTENS' }, fits: true },
  { query: { text: '/cart' }, fits: true },
  { query: { text: '/pay' }, fits: true },
  { query: { text: '203.0.113' }, fits: true },
  { query: { text: 'nothing of this' }, fits: false },
])('a group for $query: $fits', ({ query, fits }) => {
  expect(fitsGroup(group, readListFilter(query))).toBe(fits);
});

test.each([
  { state: { kind: 'open' }, fits: ['active', 'any'] },
  { state: { kind: 'regressed', sinceUs: 1 }, fits: ['active', 'regressed', 'any'] },
  { state: { kind: 'expected', sinceUs: 1, by: null }, fits: ['expected', 'any'] },
  { state: { kind: 'snoozed', sinceUs: 1, untilUs: 2, by: null }, fits: ['snoozed', 'any'] },
  { state: { kind: 'resolved', sinceUs: 1, by: null }, fits: ['resolved', 'any'] },
] as const)('$state.kind is in $fits', ({ state, fits }) => {
  const all = ['active', 'regressed', 'snoozed', 'expected', 'resolved', 'any'] as const;
  expect(all.filter((wanted) => hasState(state, wanted))).toEqual(fits);
});

test.each([
  { query: { range: 'all' }, search: {} },
  { query: {}, search: { fromUs: NOW_US - 86_400_000_000 } },
  { query: { range: 'all', status: 'unlogged' }, search: { unlogged: true } },
  { query: { range: 'all', status: 'ambiguous', reason: 'clock' }, search: { status: 'ambiguous', reason: 'clock' } },
  {
    query: { to: '2026-11-22T07:00', harm: 'failed', code: '502', text: 'pay' },
    search: { beforeUs: Date.UTC(2026, 10, 22, 7) * 1000, outcome: 'failed', statusCode: 502, text: 'pay' },
  },
])('the search of $query', ({ query, search }) => {
  expect(searchOf(readListFilter(query), NOW_US)).toEqual(search);
});

test('nothing given is what nobody has put aside, the worst first, of a day', () => {
  expect(PLAIN).toMatchObject({ state: 'active', order: 'harm', range: { span: { name: '24h' } } });
});
