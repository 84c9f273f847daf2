import { Buffer } from 'node:buffer';
import { expect, test } from '@jest/globals';
import { compileLogFormat, parseAccessLogLine } from '@resetscope/nginx-log';
import { AccessLinesReader } from './access-lines-reader.ts';

const COMBINED = '10.0.0.1 - - [22/Nov/2026:08:01:54 +0000] "GET /\xe4 HTTP/1.1" 200 1 "-" "curl"';

function read(reader: AccessLinesReader, text: string) {
  const bytes = Buffer.from(`before ${text}\nafter`, 'latin1');
  return reader.read(bytes, 7, 7 + text.length);
}

test('finds the format from the first line that tells it', () => {
  const reader = new AccessLinesReader(null);
  expect(read(reader, 'HTTP/1.1" 200 1')).toBeNull();
  expect(read(reader, COMBINED)).toMatchObject({ key: '10.0.0.1 GET /\xe4 HTTP/1.1' });
  expect(read(reader, '')).toBeNull();
  expect(reader.misfits).toBe(2);
});

test.each([
  '$status $connection',
  'escape=json {"c":"$connection"}',
  "log_format j escape=none '$connection $request';",
])('the format of a line reads it again: %s', (format) => {
  const given = compileLogFormat(format);
  const text = given.parts.map(({ literal }) => `${literal}7`).join('') + given.tail;
  const line = read(new AccessLinesReader(given), text);
  expect(line).toMatchObject({ key: '*7' });
  const again = parseAccessLogLine(compileLogFormat(line?.format ?? ''), Buffer.from(text, 'latin1'));
  expect(again?.connection).toBe(7);
});

test('a log of something else costs little and is counted', () => {
  const reader = new AccessLinesReader(null);
  for (let at = 0; at < 3000; at++) read(reader, `line ${at}`);
  expect(reader.misfits).toBe(3000);
});

test('a line longer than a record is counted, not kept', () => {
  const reader = new AccessLinesReader(compileLogFormat('$connection $request'));
  expect(read(reader, `1 GET /${'x'.repeat(20_000)} HTTP/1.1`)).toBeNull();
  expect(reader.misfits).toBe(1);
});
