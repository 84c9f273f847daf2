import { expect, test } from '@jest/globals';
import { AccessQuestions } from './access-questions.ts';

test('jobs wait by key for a while', () => {
  const questions = new AccessQuestions({ max: 10, maxAgeMs: 100 });
  questions.ask({ jobId: 'one', keys: ['*1', 'GET'] }, 0);
  questions.ask({ jobId: 'two', keys: ['*2', 'GET'] }, 50);
  expect([...questions.of('GET')]).toEqual(['one', 'two']);
  questions.forget(100);
  expect([...questions.of('GET'), ...questions.of('*1')]).toEqual(['two']);
  questions.forget(150);
  expect([questions.count, questions.of('GET').size]).toEqual([0, 0]);
});

test('asked again it waits anew', () => {
  const questions = new AccessQuestions({ max: 10, maxAgeMs: 100 });
  questions.ask({ jobId: 'one', keys: ['*1'] }, 0);
  questions.ask({ jobId: 'one', keys: ['*1'] }, 80);
  questions.forget(120);
  expect([...questions.of('*1')]).toEqual(['one']);
});

test('never more than so many: the oldest are given up', () => {
  const questions = new AccessQuestions({ max: 3, maxAgeMs: 100 });
  for (let at = 0; at < 5; at++) questions.ask({ jobId: `${at}`, keys: ['k'] }, at);
  expect([...questions.of('k')]).toEqual(['2', '3', '4']);
  expect([questions.count, questions.givenUp]).toEqual([3, 2]);
});
