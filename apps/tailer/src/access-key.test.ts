import { Buffer } from 'node:buffer';
import { expect, test } from '@jest/globals';
import {
  COMBINED_LOG_FORMAT,
  compileLogFormat,
  DETAILED_LOG_FORMAT,
  parseErrorLogLine,
  RECOMMENDED_LOG_FORMAT,
} from '@resetscope/nginx-log';
import { accessKeyFinder, keysOfError } from './access-key.ts';

test.each([
  {
    name: 'the recommended format',
    format: RECOMMENDED_LOG_FORMAT,
    line: '17 1 10.0.0.1:51298 10.0.0.2:80 1795334514.215 200 150 OK - - 9231c0344d6f8aa24a08df766502ae6c "GET / HTTP/1.1"',
    key: '*17',
  },
  {
    name: 'numbers before it',
    format: DETAILED_LOG_FORMAT,
    line: '1795334514.215 7 17/2 10.0.0.1:1 10.0.0.2:80 "GET / HTTP/1.1" 200 OK 1 0.1 - - - - - - abc',
    key: '*17',
  },
  { name: 'an IPv6 peer before it', format: '[$remote_addr] $connection', line: '[2001:db8::1] 17', key: '*17' },
  { name: 'text before it', format: '"$request" $connection;', line: '"GET /*9 HTTP/1.1" 17;', key: '*17' },
  {
    name: 'JSON',
    format: `escape=json {"who":"$remote_user","connection":$connection}`,
    line: '{"who":"\\"connection\\":9","connection":17}',
    key: '*17',
  },
  {
    name: 'no connection number',
    format: COMBINED_LOG_FORMAT,
    line: '10.0.0.1 - - [22/Nov/2026:08:01:54 +0000] "GET /a HTTP/1.1" 200 1 "-" "curl"',
    key: '10.0.0.1 GET /a HTTP/1.1',
  },
  { name: 'another line', format: RECOMMENDED_LOG_FORMAT, line: 'nonsense', key: null },
  { name: 'another line, parsed', format: COMBINED_LOG_FORMAT, line: 'nonsense', key: null },
  { name: 'no number', format: '"$request" $connection', line: '"GET / HTTP/1.1" -', key: null },
])('the key of a line: $name', ({ format, line, key }) => {
  const bytes = Buffer.from(`before\n${line}\n17 after`, 'latin1');
  expect(accessKeyFinder(compileLogFormat(format))(bytes, 7, 7 + line.length)).toBe(key);
});

test('an error line asks for its connection number and for its request', () => {
  const text =
    '2026/11/22 06:35:12 [info] 7#7: *17 recv() failed (104: Connection reset by peer), client: 10.0.0.1, server: , request: "GET /a HTTP/1.1", host: "a"';
  const parsed = parseErrorLogLine(Buffer.from(text));
  expect(parsed.kind === 'entry' && keysOfError(parsed.entry)).toEqual(['*17', '10.0.0.1 GET /a HTTP/1.1']);
  const bare = parseErrorLogLine(Buffer.from('2026/11/22 06:35:12 [info] 7#7: client 10.0.0.1 closed'));
  expect(bare.kind === 'entry' && keysOfError(bare.entry)).toEqual([]);
});
