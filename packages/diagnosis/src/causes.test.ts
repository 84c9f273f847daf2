import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { CAUSES } from './cause-table.ts';
import { causeById } from './causes.ts';

const DOCS = readFileSync(new URL('../../../docs/verdicts.md', import.meta.url), 'utf8');

/** id -> the text of its section. */
const SECTIONS = new Map(
  DOCS.split(/^### /m)
    .slice(1)
    .map((section) => [/^`([^`]+)`/.exec(section)?.[1] ?? section.slice(0, 40), section] as const),
);

describe('CAUSES', () => {
  test('are the sections of docs/verdicts.md, in their order', () => {
    expect(CAUSES.map(({ id }) => id)).toEqual([...SECTIONS.keys()]);
  });

  test('have the title of their section', () => {
    const titles = [...SECTIONS.values()].map((section) => /^\*\*(.+)\.\*\* /m.exec(section)?.[1]);
    expect(CAUSES.map(({ title }) => title)).toEqual(titles);
  });

  test('have unique ids', () => {
    expect(new Set(CAUSES.map(({ id }) => id)).size).toBe(CAUSES.length);
  });

  test('say what to change, each thing at a party', () => {
    for (const { id, fixes } of CAUSES) {
      expect([id, fixes.length]).not.toEqual([id, 0]);
      for (const { party, text } of fixes) expect([id, party, text]).not.toContain('');
    }
  });
});

test('causeById finds each and nothing else', () => {
  for (const cause of CAUSES) expect(causeById(cause.id)).toBe(cause);
  expect(causeById('constructor')).toBeUndefined();
});

test('there are as many as the README says', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  expect(CAUSES).toHaveLength(70);
  expect(readme).toContain('A cause out of [seventy](docs/verdicts.md)');
});
