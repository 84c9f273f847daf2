import { expect, test } from '@jest/globals';
import { CAUSE_MEANINGS, causeMeaning } from './cause-meaning.ts';
import { CAUSES } from './cause-table.ts';

test('every cause has a meaning, and every meaning a cause', () => {
  expect(Object.keys(CAUSE_MEANINGS)).toEqual(CAUSES.map(({ id }) => id));
});

test.each(Object.entries(CAUSE_MEANINGS))('%s: a line and a paragraph', (_cause, { short, long }) => {
  expect(short).toMatch(/^[a-z](?:.{20,110})[^.]$/i);
  expect(long).toMatch(/^[A-Za-z].{60,400}\.$/);
});

test.each(['of-a-later-version', 'constructor', '__proto__'])('%s has none', (cause) => {
  expect(causeMeaning(cause)).toEqual({ short: '', long: '' });
});
