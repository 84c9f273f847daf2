import { describe, expect, test } from '@jest/globals';
import { describeIf, withRedis } from './jest.ts';
import { hasProgram } from './program.ts';
import { answersPing } from './redis-server.ts';

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('withRedis', () => {
  const told: string[] = [];
  let path = '';

  describe('around the tests of a block', () => {
    const client = withRedis((path) => ({ path, disconnect: () => told.push('disconnected') }));
    expect(client).toThrow('expected to be called by a test or a hook');

    test('Redis runs, and there is one client', async () => {
      path = client().path;
      expect(await answersPing(path)).toBe(true);
      expect(client()).toBe(client());
      expect(told).toEqual([]);
    });
  });

  test('it is gone after them', async () => {
    expect(path).not.toBe('');
    expect(await answersPing(path)).toBe(false);
    expect(told).toEqual(['disconnected']);
  });
});
