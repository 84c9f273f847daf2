import { expect, test } from '@jest/globals';
import { compileLogFormat, parseAccessLogLine, RECOMMENDED_LOG_FORMAT } from '@resetscope/nginx-log';
import { AccessLog } from './access-log.ts';
import { legInterest, mayBeOtherLeg } from './leg-interest.ts';
import { lineOf } from './testing/log-text.ts';
import { StreamBuilder } from './testing/stream-builder.ts';

const NOBODY = (): string => '10.9.9.9:1';
const exchangesOf = (target: string, head = '') =>
  new StreamBuilder().open().send('originator', `GET ${target} HTTP/1.1\r\n${head}\r\n`).build().exchanges;

test('a connection with the request of a line, as the client sent it or as nginx passed it on', () => {
  const interest = legInterest([lineOf({ upstream: 'http://10.0.1.3:8080/app/a' })], null);
  expect(mayBeOtherLeg(interest, exchangesOf('/a'), NOBODY)).toBe(true);
  expect(mayBeOtherLeg(interest, exchangesOf('/app/a'), NOBODY)).toBe(true);
  expect(mayBeOtherLeg(interest, exchangesOf('/b'), NOBODY)).toBe(false);
});

test('with the access log: its client ports and request ids', () => {
  const log = new AccessLog();
  const text = `3 1 10.0.0.1:40000 10.0.0.2:80 1795329312.728 200 5 OK - - 9231c0344d6f8aa24a08df766502ae6c "GET /a HTTP/1.1"`;
  const entry = parseAccessLogLine(
    compileLogFormat(RECOMMENDED_LOG_FORMAT),
    Uint8Array.from(text, (c) => c.charCodeAt(0)),
  );
  if (entry !== null) log.add(entry);
  const interest = legInterest([lineOf({ request: null })], log);
  expect(mayBeOtherLeg(interest, [], () => '10.0.0.1:40000')).toBe(true);
  expect(mayBeOtherLeg(interest, [], NOBODY)).toBe(false);
  const marked = exchangesOf('/z', 'X-Request-ID: 9231c0344d6f8aa24a08df766502ae6c\r\n');
  expect(mayBeOtherLeg(interest, marked, NOBODY)).toBe(true);
});
