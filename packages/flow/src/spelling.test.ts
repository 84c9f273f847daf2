import { expect, test } from '@jest/globals';
import { Spelling } from './spelling.ts';

const spell = (start: Spelling, text: string): Spelling => [...text].reduce((s, letter) => s.with(letter), start);

test('alike spellings are one', () => {
  const start = new Spelling('');
  expect(spell(start, 'ShADadFf')).toBe(spell(start, 'ShADadFf'));
  expect([spell(start, 'ShA').text, spell(start, 'ShR').text, start.text]).toEqual(['ShA', 'ShR', '']);
});

test('beyond its budget it spells without remembering', () => {
  const start = new Spelling('', { left: 2 });
  expect(spell(start, 'ab')).toBe(spell(start, 'ab'));
  expect(spell(start, 'abc')).not.toBe(spell(start, 'abc'));
  expect(spell(start, 'abcd').text).toBe('abcd');
});
