/** One line of an error log, and the line after it. */
import {
  decideSide,
  flagsFromNext,
  isResetFamily,
  LineSequence,
  lineKind,
  mayBeOfInterest,
  parseErrorLogLine,
  unwrapLine,
} from '@resetscope/nginx-log';
import { expectSame, type FuzzTarget, latin1, promise } from '../target.ts';

const HEAD = '2026/11/22 07:59:09 [info] 31122#31120: *7 ';
const ERROR = HEAD.replace('info', 'error');
const RST = 'recv() failed (104: Connection reset by peer)';
const CONTEXT =
  ', client: 10.77.1.2, server: lab.test, request: "GET /x?a=1 HTTP/1.1", upstream: "http://10.77.2.2:9000/x?a=1", host: "lab.test", referrer: "http://a/"';
const ABORTED =
  'epoll_wait() reported that client prematurely closed connection, so upstream connection is closed too (104: Connection reset by peer)';

const SEEDS: readonly string[] = [
  `${HEAD}${RST} while sending to client${CONTEXT}`,
  `${HEAD}${RST} while waiting for request, client: fd77:1::2, server: [::]:8443`,
  `${HEAD}${ABORTED} while sending request to upstream${CONTEXT}`,
  `${HEAD}client 10.77.1.2 closed keepalive connection (104: Connection reset by peer)`,
  `${ERROR}readv() failed (104: Connection reset by peer) while reading upstream${CONTEXT}`,
  `${ERROR}connect() to unix:/run/up.sock failed (2: No such file or directory) while connecting to upstream, client: unix:, server: unix:/run/n.sock, request: "GET / HTTP/1.0", subrequest: "/auth", upstream: "fastcgi://unix:/run/up.sock:"`,
  `${ERROR}upstream prematurely closed connection while reading response header from upstream, client: "1.2.3.4", server: "a", request_line: "GET / HTTP/2.0", upstream: "grpcs://[fd77::1]:443", host: "h"`,
  `${HEAD}${RST} while proxying and reading from client, udp client: 10.0.0.1, server: 0.0.0.0:53, upstream: "10.0.0.2:53", bytes from/to client:4/0, bytes from/to upstream:0/4`,
  `${HEAD}client 10.77.1.2:48948 connected to 0.0.0.0:7000`,
  `${ERROR}peer closed connection in SSL handshake (104: Connection reset by peer) while in auth state, client: 10.0.0.1 using starttls, server: 0.0.0.0:25, login: "a", upstream: 10.0.0.2:143`,
  `${ERROR}open() "/html/nosuch\n${ERROR}${RST} while sending to client, upstream: "http:/6.6.6.6/"\n" failed (2: No such file or directory), client: 10.77.1.2`,
  '2026/11/22 07:59:09 [alert] 1#1: worker process 32619 exited on signal 9',
  `<190>Nov 22 07:59:09 web1 nginx: ${HEAD}${RST}`,
  `{"log":"${HEAD}${RST}\\n","stream":"stderr","time":"2026-11-22T07:59:09.123456789Z"}`,
  `2026-11-22T07:59:09.123456789Z stderr F ${HEAD}${RST}`,
];

const WORDS: readonly string[] = [
  ' while ',
  ', client: ',
  ', server: ',
  ', request: "',
  ', subrequest: "',
  ', upstream: "',
  ', host: "',
  ', referrer: "',
  '", ',
  ' (104: ',
  'recv() failed',
  'upstream ',
  'client ',
  ' [info] ',
  '\n',
  '\0',
  '"',
  'unix:',
  '::',
  'reading client request line',
  'http:/',
];

const LF = Uint8Array.of(0x0a);

function run(input: Uint8Array): void {
  const sequence = new LineSequence();
  let from = 0;
  for (let at = 0; at <= input.length; at++) {
    if (at < input.length && input[at] !== 0x0a) continue;
    check(input.subarray(from, at), sequence);
    from = at + 1;
  }
}

function check(wrapped: Uint8Array, sequence: LineSequence): void {
  const { line, collectedUs } = unwrapLine(wrapped);
  promise('expected a time that is a number', collectedUs === null || Number.isSafeInteger(collectedUs), collectedUs);
  const parsed = parseErrorLogLine(line);
  expectSame('its LF', parsed, parseErrorLogLine(Buffer.concat([line, LF])));
  sequence.observe(parsed, line.length);
  flagsFromNext(parsed);
  if (parsed.kind !== 'entry') return;
  const { entry } = parsed;
  lineKind(entry);
  decideSide(entry);
  if (isResetFamily(entry)) promise('expected mayBeOfInterest of a line of the family', mayBeOfInterest(line));
  const text = Buffer.from(line).toString('latin1');
  const { message, client, server, request, subrequest, upstream, host, referrer } = entry;
  for (const value of [message, client, server, request?.raw, subrequest, upstream?.raw, host, referrer]) {
    if (typeof value === 'string') promise('expected a value that stands in the line', text.includes(value), value);
  }
}

export const errorLog: FuzzTarget = {
  name: 'error-log',
  maxLen: 4500,
  seeds: () => SEEDS.map(latin1),
  words: WORDS.map(latin1),
  run,
};
