import { expect, test } from '@jest/globals';
import { formatStream, ladderHeads } from './ladder-heads.ts';

const stream = { index: 1, originator: '10.0.0.1:5', responder: '[2001:db8::2]:80' };

test.each([
  { leg: 'client' as const, originator: 'client 10.0.0.1:5', responder: 'nginx [2001:db8::2]:80' },
  { leg: 'upstream' as const, originator: 'nginx 10.0.0.1:5', responder: 'upstream [2001:db8::2]:80' },
  { leg: null, originator: '10.0.0.1:5', responder: '[2001:db8::2]:80' },
])('heads of the $leg leg', ({ leg, originator, responder }) => {
  expect(ladderHeads({ leg, stream })).toEqual({ originator, responder });
});

test('without a stream the sides have their plain names', () => {
  expect(ladderHeads({ leg: 'client', stream: null })).toEqual({ originator: 'originator', responder: 'responder' });
});

test('formatStream', () => {
  expect(formatStream(stream)).toBe('10.0.0.1:5 → [2001:db8::2]:80');
});
