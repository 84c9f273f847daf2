import { expect, test } from '@jest/globals';
import { ClearError } from '@resetscope/telemetry';
import { parseSyslogSpec, parseSyslogSpecs, syslogName } from './syslog-address.ts';

test.each([
  { text: '5514', name: 'syslog:127.0.0.1:5514', timezone: undefined },
  { text: '[::1]:5514', name: 'syslog:[::1]:5514', timezone: undefined },
  { text: '0.0.0.0:514=Asia/Shanghai', name: 'syslog:0.0.0.0:514', timezone: 'Asia/Shanghai' },
  { text: 'unix:/run/x.sock', name: 'syslog:unix:/run/x.sock', timezone: undefined },
  { text: 'unix:/run/x.sock=UTC', name: 'syslog:unix:/run/x.sock', timezone: 'UTC' },
])('$text', ({ text, name, timezone }) => {
  const spec = parseSyslogSpec(text);
  expect(syslogName(spec.address)).toBe(name);
  expect(spec.timezone).toBe(timezone);
});

test.each(['', 'here', '127.0.0.1', '99999', 'unix:', `unix:/${'x'.repeat(107)}`, '5514=Mars'])(
  '%p is none',
  (text) => {
    expect(() => parseSyslogSpec(text)).toThrow(ClearError);
  },
);

test('two sockets at most', () => {
  expect(parseSyslogSpecs(['1', '2'])).toHaveLength(2);
  expect(() => parseSyslogSpecs(['1', '2', '3'])).toThrow('expected --syslog at most 2 times, got 3');
});
