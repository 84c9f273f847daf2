import { expect, test } from '@jest/globals';
import { isHostOfNginx } from './host-examination.ts';

const OUTSIDE = { namesHost: false, stackOnly: false, redisUrl: 'redis://stack' };

test.each([
  { name: 'a log or an interface was named', options: { ...OUTSIDE, namesHost: true }, log: '/none', is: true },
  { name: 'no Redis: up will run here', options: { ...OUTSIDE, redisUrl: undefined }, log: '/none', is: true },
  { name: 'a log is where Debian has it', options: OUTSIDE, log: '/dev/null', is: true },
  { name: 'a Redis and nothing else', options: OUTSIDE, log: '/none', is: false },
  { name: '--stack', options: { ...OUTSIDE, namesHost: true, stackOnly: true }, log: '/dev/null', is: false },
])('$name: $is', ({ options, log, is }) => {
  expect(isHostOfNginx(options, log)).toBe(is);
});
