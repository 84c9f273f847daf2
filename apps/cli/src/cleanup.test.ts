import { expect, test } from '@jest/globals';
import { Cleanup } from './cleanup.ts';

test('undoes the last first, once', async () => {
  const done: string[] = [];
  const cleanup = new Cleanup();
  for (const name of ['redis', 'nginx', 'apps']) await cleanup.defer(async () => void done.push(name));
  await Promise.all([cleanup.run(), cleanup.run()]);
  expect(done).toEqual(['apps', 'nginx', 'redis']);
});

test('undoes at once what is started after the end', async () => {
  const done: string[] = [];
  const cleanup = new Cleanup();
  await cleanup.run();
  await cleanup.defer(async () => void done.push('late'));
  expect(done).toEqual(['late']);
});

test('one failure keeps nothing else from being undone', async () => {
  const done: string[] = [];
  const cleanup = new Cleanup();
  await cleanup.defer(async () => void done.push('redis'));
  await cleanup.defer(async () => Promise.reject(new Error('nginx would not stop')));
  await expect(cleanup.run()).rejects.toThrow('nginx would not stop');
  expect(done).toEqual(['redis']);
});
