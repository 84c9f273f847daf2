import { describe, expect, test } from '@jest/globals';
import { postIncident } from '../test-data/incidents.ts';
import { confidenceWords, frameWords, loggedWords, otherFixes, outcomeWords } from './verdict-words.ts';

test.each([
  { confidence: 0, words: '0 %' },
  { confidence: 0.954, words: '95 %' },
  { confidence: 0.999, words: '99 %' },
  { confidence: 1, words: '100 %' },
])('confidenceWords($confidence)', ({ confidence, words }) => {
  expect(confidenceWords(confidence)).toBe(words);
});

test.each([
  { frames: [7], words: 'frame 7' },
  { frames: [7, 9], words: 'frames 7, 9' },
  { frames: [1, 2, 3, 4, 5, 6, 7, 8, 9], words: 'frames 1, 2, 3, 4, 5, 6, 7, 8, …' },
])('frameWords($frames)', ({ frames, words }) => {
  expect(frameWords(frames)).toBe(words);
});

describe('words of an incident', () => {
  test('outcome', () => {
    expect(outcomeWords(postIncident.outcome!)).toBe(
      'request complete, response complete, status 200, delivered, retry is not safe',
    );
    expect(
      outcomeWords({ request: 'partial', response: 'none', delivered: 'unknown', status: null, retrySafe: 'unknown' }),
    ).toBe('request partial, response none, delivery not known, retry safety not known');
  });

  test('the stamp claims no fraction it does not have', () => {
    expect(loggedWords({ loggedAt: '2026-11-22T07:55:15.000000Z' })).toBe('logged 2026-11-22T07:55:15Z');
    expect(loggedWords({ loggedAt: '2026-11-22T07:55:15.250Z' })).toBe('logged 2026-11-22T07:55:15.250Z');
  });

  test('a fix that is the answer is not repeated', () => {
    const fixes = [
      { party: 'client', text: 'close in order' },
      { party: 'nginx', text: 'nothing' },
    ];
    const answers = { ...postIncident.answers, change: 'client: close in order' };
    expect(otherFixes({ answers, fixes })).toEqual([{ party: 'nginx', text: 'nothing' }]);
  });

  test('a rule stands in the answer without its party, as a sentence', () => {
    const answers = { succeeded: '', who: '', change: 'The asking side must time out first.' };
    const fixes = [{ party: 'rule', text: 'the asking side must time out first' }];
    expect(otherFixes({ answers, fixes })).toEqual([]);
  });
});
