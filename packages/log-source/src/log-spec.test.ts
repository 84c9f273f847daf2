import { expect, test } from '@jest/globals';
import { ClearError } from '@resetscope/telemetry';
import { parseLogSpec, parseLogSpecs } from './log-spec.ts';

test.each([
  { text: '/a/error.log', path: '/a/error.log', timezone: undefined },
  { text: '/a/../b/*.log', path: '/b/*.log', timezone: undefined },
  { text: '/a/error.log=Asia/Shanghai', path: '/a/error.log', timezone: 'Asia/Shanghai' },
  { text: '/a/*.log=+08:00', path: '/a/*.log', timezone: '+08:00' },
  { text: '/a=b/error.log', path: '/a=b/error.log', timezone: undefined },
  { text: '/a=b/error.log=UTC', path: '/a=b/error.log', timezone: 'UTC' },
])('$text', ({ text, path, timezone }) => expect(parseLogSpec(text)).toEqual({ path, timezone }));

test.each(['/a/error.log=Asia/Shangai', '/a/error.log=here', '/a/b=c/log'])('%s names no time zone', (text) => {
  expect(() => parseLogSpec(text)).toThrow(ClearError);
  expect(() => parseLogSpec(text)).toThrow(/expected a time zone like .* after "=" in /);
});

test('a log that is named twice is one, in the time zone named last; more than allowed are refused', () => {
  const texts = ['/log/../log/e.log', '/log/e.log=UTC', '/log/f.log'];
  expect(parseLogSpecs(texts, 2)).toEqual([
    { path: '/log/e.log', timezone: 'UTC' },
    { path: '/log/f.log', timezone: undefined },
  ]);
  expect(() => parseLogSpecs(texts, 1)).toThrow('expected at most 1 logs (--max-logs), got 2');
});
