import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  decideSide,
  type ErrorLogEntry,
  isResetFamily,
  lineKind,
  mayBeOfInterest,
  parseErrorLogLine,
} from './index.ts';

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0) & 0xff);

function parse(text: string): ErrorLogEntry {
  const parsed = parseErrorLogLine(latin1(text));
  if (parsed.kind !== 'entry') throw new Error(`expected an entry, got ${parsed.kind}: ${text}`);
  return parsed.entry;
}

const HEAD = '2026/11/22 07:59:09 [info] 31122#31120: *7 ';
const RST = 'recv() failed (104: Connection reset by peer)';
const CLIENT = ', client: 10.77.1.2, server: lab.test';

describe('the skeleton', () => {
  test('the seed line, with the single slash nginx does not write', () => {
    const entry = parse(
      `2015/12/01 15:49:48 [info] 20291#0: *2454607 ${RST} while sending to client, client: 10.255.252.31, server: x.example.com, request: "POST /app/x?a=1 HTTP/1.1", upstream: "http:/10.4.36.207:8080/app/x?a=1", host: "x.example.com"`,
    );
    expect(entry).toEqual({
      stamp: { year: 2015, month: 12, day: 1, hour: 15, minute: 49, second: 48 },
      level: 'info',
      pid: 20291,
      tid: 0,
      connectionNumber: 2454607,
      message: 'recv() failed',
      call: 'recv()',
      errno: 104,
      action: { kind: 'known', phrase: 'sending to client' },
      context: 'http',
      client: '10.255.252.31',
      clientPort: null,
      server: 'x.example.com',
      request: { raw: 'POST /app/x?a=1 HTTP/1.1', method: 'POST', target: '/app/x?a=1', protocol: 'HTTP/1.1' },
      subrequest: null,
      upstream: {
        raw: 'http:/10.4.36.207:8080/app/x?a=1',
        scheme: 'http',
        address: '10.4.36.207',
        port: 8080,
        unixPath: null,
        name: null,
        uri: '/app/x?a=1',
      },
      host: 'x.example.com',
      referrer: null,
      bytes: null,
      truncated: false,
      flags: ['single-slash-upstream'],
    });
  });

  test.each([
    {
      name: 'a continuation',
      text: '" failed (2: No such file or directory), client: 10.77.1.2',
      kind: 'continuation',
    },
    { name: 'a stamp inside a line', text: 'x 2026/11/22 07:59:09 [info] 1#1: *1 y', kind: 'continuation' },
    { name: 'nothing', text: '', kind: 'not-a-log-line' },
    { name: 'only a copytruncate hole', text: '\0\0\0\0', kind: 'not-a-log-line' },
    { name: 'an unknown level', text: '2026/11/22 07:59:09 [loud] 1#1: x', kind: 'not-a-log-line' },
    { name: 'an impossible date', text: '2026/13/41 07:59:09 [info] 1#1: x', kind: 'not-a-log-line' },
    { name: 'a line cut in its head', text: '2026/11/22 07:59:09 [in', kind: 'not-a-log-line' },
    { name: 'a line after a hole', text: `\0\0\0${HEAD}${RST}`, kind: 'entry' },
    { name: 'a line with its LF', text: `${HEAD}${RST}\n`, kind: 'entry' },
    { name: 'an empty message', text: HEAD, kind: 'entry' },
  ])('$name is $kind', ({ text, kind }) => {
    expect(parseErrorLogLine(latin1(text)).kind).toBe(kind);
  });

  test.each([
    { len: 2046, truncated: false },
    { len: 2047, truncated: true },
  ])('$len bytes: truncated $truncated', ({ len, truncated }) => {
    const entry = parse(`${HEAD}${RST}${CLIENT}, request: "GET /`.padEnd(len, 'a'));
    expect(entry.truncated).toBe(truncated);
    expect(entry.flags.includes('unclosed-quote')).toBe(!truncated);
    expect(entry.request?.target).toHaveLength(len - `${HEAD}${RST}${CLIENT}, request: "GET `.length);
  });

  test.each([
    { name: 'IPv6 client', text: ', client: fd77:1::2, server: a', client: 'fd77:1::2', server: 'a' },
    {
      name: 'empty server name',
      text: ', client: 10.0.0.1, server: , request: "GET / HTTP/1.1"',
      client: '10.0.0.1',
      server: '',
    },
    {
      name: 'unix client',
      text: ', client: unix:, server: unix:/run/n.sock',
      client: 'unix:',
      server: 'unix:/run/n.sock',
    },
    { name: 'IPv6 listener', text: ', client: fd77:1::2, server: [::]:8443', client: 'fd77:1::2', server: '[::]:8443' },
    {
      name: 'Angie',
      text: ', client: "1.2.3.4", server: "a.b", request_line: "GET / HTTP/1.1"',
      client: '1.2.3.4',
      server: 'a.b',
    },
    { name: 'udp', text: ', udp client: 10.0.0.1, server: 0.0.0.0:53', client: '10.0.0.1', server: '0.0.0.0:53' },
  ])('addresses: $name', ({ text, client, server }) => {
    expect(parse(`${HEAD}${RST}${text}`)).toMatchObject({ client, server });
  });

  test('Angie says request_line', () => {
    const entry = parse(`${HEAD}${RST}, client: "1.2.3.4", server: "a", request_line: "GET /x HTTP/1.1", host: "h"`);
    expect([entry.request?.target, entry.host]).toEqual(['/x', 'h']);
  });

  test('stream: addresses and counters', () => {
    const tail = ', upstream: "[fd77::2]:9000", bytes from/to client:1/2, bytes from/to upstream:3/4';
    expect(parse(`${HEAD}${RST} while proxying and reading from client${CLIENT}${tail}`)).toMatchObject({
      context: 'stream',
      upstream: { address: 'fd77::2', port: 9000, scheme: null, uri: null },
      bytes: { fromClientBytes: 1, toClientBytes: 2, fromUpstreamBytes: 3, toUpstreamBytes: 4 },
    });
    expect(parse(`${HEAD}client 10.77.1.2:48948 connected to 0.0.0.0:7000`)).toMatchObject({
      context: 'stream',
      client: '10.77.1.2',
      clientPort: 48948,
      server: '0.0.0.0:7000',
    });
    const ended = parse(`${HEAD}client disconnected, bytes from/to client:4/4, bytes from/to upstream:5/6`);
    expect([ended.context, ended.bytes?.toUpstreamBytes]).toEqual(['stream', 6]);
  });

  test('mail: the upstream is not quoted', () => {
    const tail = ', client: 10.0.0.1 using starttls, server: 0.0.0.0:25, login: "a@b", upstream: 10.0.0.2:25';
    const entry = parse(`${HEAD}${RST} while in auth state${tail}`);
    expect(entry).toMatchObject({ context: 'mail', client: '10.0.0.1', server: '0.0.0.0:25' });
    expect(entry.upstream).toMatchObject({ address: '10.0.0.2', port: 25 });
  });

  test('freenginx and Angie say when they drop lines', () => {
    const entry = parse('2026/11/22 07:59:09 [error] 31122#31120: too many log messages, limiting');
    expect([lineKind(entry), isResetFamily(entry), decideSide(entry).side]).toEqual(['log-limited', false, 'none']);
  });

  test('a message with quoted text keeps its errno', () => {
    const entry = parse(`${HEAD}open() "/a while b, client: x" failed (2: No such file or directory)${CLIENT}`);
    expect(entry).toMatchObject({ message: 'open() "/a while b, client: x" failed', errno: 2, client: '10.77.1.2' });
  });

  test('UTF-8 and other bytes above 0x7f stay one character each, unflagged', () => {
    const entry = parse(`${HEAD}${RST}${CLIENT}, request: "GET /\xc3\xa4\xff HTTP/1.1"`);
    expect([entry.request?.target, entry.flags]).toEqual(['/\xc3\xa4\xff', []]);
  });
});

describe('forging', () => {
  test('F1: fields inside an unfinished request line are the request', () => {
    const forged = 'GET /a", upstream: "http://6.6.6.6:80/evil", host: "bank.example';
    const entry = parse(`${HEAD}${RST} while reading client request line${CLIENT}, request: "${forged}"`);
    expect(entry).toMatchObject({ upstream: null, host: null, flags: ['upstream-before-request'] });
    expect(entry.request?.raw).toBe(forged);
    expect(decideSide(entry)).toMatchObject({ side: 'client', certainty: 'low' });
  });

  test('F1 while reading headers: the Host header may be there, an upstream may not', () => {
    const entry = parse(
      `${HEAD}${RST} while reading client request headers${CLIENT}, request: "GET /a", upstream: "http://6.6.6.6/ HTTP/1.1", host: "lab.test"`,
    );
    expect(entry).toMatchObject({ upstream: null, host: 'lab.test', flags: ['upstream-before-request'] });
  });

  test('F2: quotes in the target are repeated by the upstream, the Referer holds whole fields', () => {
    const target = '/app/x",upstream:"http:%2f%2f6.6.6.6';
    const entry = parse(
      `${HEAD}${RST} while sending to client${CLIENT}, request: "GET ${target} HTTP/1.1", upstream: "http://10.4.40.195:9000${target}", host: "a", referrer: "b", upstream: "http://7.7.7.7:1/y\x1b[2J", host: "c"`,
    );
    expect(entry.request?.target).toBe(target);
    expect(entry.upstream).toMatchObject({ address: '10.4.40.195', port: 9000, uri: target });
    expect(entry).toMatchObject({ host: 'a', referrer: 'b", upstream: "http://7.7.7.7:1/y\x1b[2J", host: "c' });
    expect(entry.flags).toEqual(['control-bytes']);
  });

  test('F3: a quote in Host', () => {
    const entry = parse(`${HEAD}${RST}${CLIENT}, request: "GET / HTTP/1.1", host: ""><b>x<!--", referrer: "r"`);
    expect(entry).toMatchObject({ host: '"><b>x<!--', referrer: 'r', flags: [] });
  });

  test.each([
    { name: 'an unknown action', text: `${RST} while dreaming${CLIENT}`, flag: 'unknown-action' },
    {
      name: 'error before any request',
      level: 'error',
      text: `${RST} while waiting for request${CLIENT}`,
      flag: 'error-level-before-request',
    },
    {
      name: 'a client close at error',
      level: 'error',
      text: `client prematurely closed connection${CLIENT}`,
      flag: 'level-contradicts-text',
    },
    {
      name: 'an upstream close at info',
      text: `upstream prematurely closed connection while reading upstream${CLIENT}`,
      flag: 'level-contradicts-text',
    },
    {
      name: 'stream action against level',
      level: 'error',
      text: `${RST} while proxying and reading from client${CLIENT}`,
      flag: 'level-contradicts-text',
    },
    {
      name: 'a slice of a hostile URI',
      text: `${RST}${CLIENT}, request: "GET / HTTP/1.1", subrequest: "/a", host: "x", upstream: "http://1.2.3.4/"`,
      flag: 'ambiguous-fields',
    },
    {
      name: 'F5, a torn upstream',
      text: `${RST}${CLIENT}, request: "GET / HTTP/1.1", upstream: "http://10.0.0.1:80/x`,
      flag: 'unclosed-quote',
    },
    { name: 'F4, a torn path', text: 'open() "/usr/share/nginx/html/nosuch', flag: 'unclosed-quote' },
  ])('$name: $flag', ({ level = 'info', text, flag }) => {
    expect(parse(`2026/11/22 07:59:09 [${level}] 1#1: *7 ${text}`).flags).toContain(flag);
  });

  test('what a client writes after the constant text makes no family line', () => {
    const entry = parse(`${HEAD}open() "/x ${RST} while sending to client" failed (2: No such file)${CLIENT}`);
    expect([isResetFamily(entry), lineKind(entry)]).toEqual([false, 'other']);
  });
});

/** Tokens of the grammar, so that random lines get deep into the parser. */
const token = fc.constantFrom(
  ' (104: Connection reset by peer)',
  ' (32: ',
  ' while ',
  'sending to client',
  'reading client request line',
  ', client: ',
  ', server: ',
  ', request: "',
  '", upstream: "',
  '", subrequest: "',
  '", host: "',
  '", referrer: "',
  ', bytes from/to client:1/2, bytes from/to upstream:3/4',
  'http://',
  'unix:',
  '[::1]:',
  '"',
  '\n',
  '\0',
  'recv() failed',
  'readv() failed',
  'sendfile() failed',
  'SSL_write() failed',
  'SSL_do_handshake() failed (SSL: SSL alert number 48)',
  'connect() to x failed',
  'connect() failed',
  'client 10.0.0.1 closed keepalive connection',
  'client prematurely closed connection',
  'epoll_wait() reported that client prematurely closed connection',
  'upstream prematurely closed connection',
  'peer closed connection in SSL handshake',
);
const piece = fc.oneof(token, fc.string({ unit: 'binary', maxLength: 8 }));
const head = fc.constantFrom(
  '2026/11/22 07:59:09 [info] 1#1: *1 ',
  '\0\x002026/11/22 07:59:09 [error] 4294967295#4294967295: *18446744073709551615 ',
  '2026/11/22 07:59:09 [notice] 1234567890#1234567890: *5 ',
  '2026/11/22 07:59:09 [crit] 1#0: ',
  '2026/11/22 ',
  '',
);
const anyLine = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.tuple(head, fc.array(piece, { maxLength: 12 })).map(([start, pieces]) => latin1(start + pieces.join(''))),
);

describe('any bytes', () => {
  test('give an answer, and every family line passes the byte test', () => {
    fc.assert(
      fc.property(anyLine, (line) => {
        const parsed = parseErrorLogLine(line);
        const mayMatter = mayBeOfInterest(line);
        if (parsed.kind !== 'entry') return;
        const { side, because } = decideSide(parsed.entry);
        expect(because).not.toBe('');
        expect(side).toMatch(/^(client|upstream|other|none|unknown)$/);
        if (isResetFamily(parsed.entry)) expect(mayMatter).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  test('a megabyte is read without delay or error', () => {
    const line = latin1(`${HEAD}${RST} while ${' (1: '.repeat(200_000)}`);
    expect(parseErrorLogLine(line).kind).toBe('entry');
  });
});
