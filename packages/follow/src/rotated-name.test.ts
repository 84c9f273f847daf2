import { describe, expect, test } from '@jest/globals';
import { parseRotatedName, sortRotatedNames } from './rotated-name.ts';

describe('parseRotatedName', () => {
  test.each([
    { name: 'error.log.1', rank: { kind: 'number', number: 1 }, gzipped: false },
    { name: 'error.log.14.gz', rank: { kind: 'number', number: 14 }, gzipped: true },
    { name: 'error.1.log', rank: { kind: 'number', number: 1 }, gzipped: false },
    { name: 'error.log-20261122', rank: { kind: 'date', date: '20261122' }, gzipped: false },
    { name: 'error.log-20261122.gz', rank: { kind: 'date', date: '20261122' }, gzipped: true },
    { name: 'error.log.2026-11-22', rank: { kind: 'date', date: '2026-11-22' }, gzipped: false },
    { name: 'error.log-1795305600', rank: { kind: 'date', date: '1795305600' }, gzipped: false },
    { name: 'error-20261122.log.gz', rank: { kind: 'date', date: '20261122' }, gzipped: true },
  ])('$name', ({ name, rank, gzipped }) => {
    expect(parseRotatedName('error.log', name)).toEqual({ name, rank, gzipped });
  });

  test.each([
    'error.log',
    'access.log.1',
    'other-error.log.1',
    'error.log.bak',
    'error.log.1.tmp',
    'error.log.1.xz',
    'error.log.',
    'error.log.gz',
    'errorXlog.1',
    'error.log.1.2',
    'error-vhost.log',
    '',
  ])('not %p', (name) => {
    expect(parseRotatedName('error.log', name)).toBeUndefined();
  });
});

describe('sortRotatedNames', () => {
  test.each([
    {
      style: 'numbers',
      names: ['e.log.1', 'e.log.10.gz', 'e.log.2.gz'],
      sorted: ['e.log.10.gz', 'e.log.2.gz', 'e.log.1'],
    },
    { style: 'dates', names: ['e.log-20261122', 'e.log-20251231.gz'], sorted: ['e.log-20251231.gz', 'e.log-20261122'] },
    { style: 'gzip at work', names: ['e.log.1', 'e.log.1.gz', 'e.log.2.gz'], sorted: ['e.log.2.gz', 'e.log.1'] },
    { style: 'both', names: ['e.log.1', 'e.log-20261122'], sorted: ['e.log-20261122', 'e.log.1'] },
    { style: 'strangers between', names: ['e.log', 'x', 'e.log.1', '.'], sorted: ['e.log.1'] },
  ])('$style', ({ names, sorted }) => {
    expect(sortRotatedNames('e.log', names).map(({ name }) => name)).toEqual(sorted);
  });
});
