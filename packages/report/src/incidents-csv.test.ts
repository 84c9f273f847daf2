import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hostileIncident, postIncident, unmatchedIncident } from '../test-data/incidents.ts';
import { csvCell, renderIncidentsCsv } from './incidents-csv.ts';

const row = (id: string, incident = postIncident) => ({
  id,
  node: 'web-1',
  createdAt: '2026-11-22T07:55:15Z',
  incident,
});

/** RFC 4180 section 2: rows of cells, quotes taken off. */
function parse(csv: string): readonly (readonly string[])[] {
  return csv
    .split('\r\n')
    .slice(0, -1)
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
      ),
    );
}

test('a row per incident under fixed names, empty where nothing is known', () => {
  const [names = [], first = [], second = []] = parse(renderIncidentsCsv([row('a'), row('b', unmatchedIncident)]));
  const cell = (cells: readonly string[], name: string): string | undefined => cells[names.indexOf(name)];
  expect(first).toHaveLength(names.length);
  expect([cell(first, 'id'), cell(first, 'cause'), cell(first, 'status_code')]).toEqual([
    'a',
    'client-rst-after-complete',
    '200',
  ]);
  expect(cell(first, 'sentence')).toBe(postIncident.sentence);
  expect([cell(second, 'reason'), cell(second, 'cause'), cell(second, 'reset_by')]).toEqual(['capture-gap', '', '']);
});

test.each(['=cmd()', '+1', '-1+1', '@SUM(A1)', '  =1', '\t=1', '\r=1', '"=1'])('%j is no formula', (text) => {
  expect(csvCell(text)).toMatch(/^"(?:'|\\x|"")/);
});

test('whatever the text, it is one cell of one line that says the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const cell = csvCell(text);
      expect(cell).toMatch(/^"(?:[^"\r\n]|"")*"$/);
    }),
  );
  expect(parse(renderIncidentsCsv([row('a', hostileIncident())]))[1]).toHaveLength(20);
});
