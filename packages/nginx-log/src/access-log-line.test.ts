import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { matchFormat } from './format-match.ts';
import {
  COMBINED_LOG_FORMAT,
  compileLogFormat,
  DETAILED_LOG_FORMAT,
  detectLogFormat,
  INGRESS_LOG_FORMAT,
  MAIN_LOG_FORMAT,
  parseAccessLogLine,
  RECOMMENDED_LOG_FORMAT,
} from './index.ts';

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0) & 0xff);
const recommended = compileLogFormat(RECOMMENDED_LOG_FORMAT);
const LINE =
  '7 2 10.255.252.153:40670 10.4.37.15:8000 1795334191.282 200 152 OK 192.168.20.157:8080, 192.168.20.158:8080 502, 200 1bfae51c3e890094ed73d70052314e6e "GET /api/list4115 HTTP/1.1"';

describe('the recommended format', () => {
  test('a retried request', () => {
    expect(parseAccessLogLine(recommended, latin1(`${LINE}\n`))).toEqual({
      variables: expect.any(Map),
      connection: 7,
      connectionRequests: 2,
      clientAddress: '10.255.252.153',
      clientPort: 40670,
      serverAddress: '10.4.37.15',
      serverPort: 8000,
      tsUs: 1_795_334_191_282_000,
      tsResolutionUs: 1000,
      status: 200,
      bytesSent: 152,
      requestCompletion: true,
      upstreamAddrs: ['192.168.20.157:8080', '192.168.20.158:8080'],
      upstreamStatuses: [502, 200],
      requestId: '1bfae51c3e890094ed73d70052314e6e',
      request: { raw: 'GET /api/list4115 HTTP/1.1', method: 'GET', target: '/api/list4115', protocol: 'HTTP/1.1' },
    });
  });

  const line = (middle: string, request = 'GET / HTTP/1.1'): string =>
    `7 1 fd49:add9:1::c:41367 fd49:add9:2::b:80 1795334234.767 ${middle} 2f0c8b98c92362ad46c73b663eb72691 "${request}"`;
  test.each([
    {
      name: 'IPv6 without brackets',
      text: line('200 9 OK - -'),
      expected: { clientAddress: 'fd49:add9:1::c', clientPort: 41367, serverAddress: 'fd49:add9:2::b', serverPort: 80 },
    },
    {
      name: 'an aborted request',
      text: line('499 0  10.0.0.1:80 -'),
      expected: { requestCompletion: false, upstreamAddrs: ['10.0.0.1:80'], upstreamStatuses: [null] },
    },
    {
      name: 'groups after an internal redirect',
      text: line('200 9 OK 10.0.0.1:80, unix:/run/a.sock : [::1]:81 502, 504 : 200'),
      expected: {
        upstreamAddrs: ['10.0.0.1:80', 'unix:/run/a.sock', '[::1]:81'],
        upstreamStatuses: [502, 504, 200],
      },
    },
    { name: 'no upstream', text: line('200 9 OK - -'), expected: { upstreamAddrs: [], upstreamStatuses: [] } },
    {
      name: 'escaped quotes',
      text: line('400 9 OK - -', 'GET /\\x22a\\x1B\\xC3\\xA4'),
      expected: { request: { raw: 'GET /"a\x1b\xc3\xa4', method: 'GET', target: '/"a\x1b\xc3\xa4', protocol: null } },
    },
    { name: 'no request', text: line('400 0 OK - -', '-'), expected: { request: null } },
    { name: 'an empty request', text: line('400 0 OK - -', ''), expected: { request: null } },
  ])('$name', ({ text, expected }) => {
    expect(parseAccessLogLine(recommended, latin1(text))).toMatchObject(expected);
  });

  test.each([
    { name: 'nothing', text: '' },
    { name: 'a cut line', text: LINE.slice(0, -1) },
    { name: 'text after the end', text: `${LINE}x` },
    { name: 'another format', text: '10.0.0.1 - - [22/Nov/2026:07:59:09 +0000] "GET / HTTP/1.1" 200 9 "-" "curl"' },
    { name: 'a line beyond the limit', text: LINE.replace('/api', `/${'a'.repeat(140_000)}`) },
  ])('refuses $name', ({ text }) => {
    expect(parseAccessLogLine(recommended, latin1(text))).toBeNull();
  });
});

describe('other formats', () => {
  const COMBINED_LINE = '10.0.0.1 - J Doe [22/Nov/2026:07:59:09 +0130] "GET / HTTP/1.1" 200 9 "-" "curl [x] \\x22"';

  test('combined: whole seconds, a user with a blank, no port', () => {
    const entry = parseAccessLogLine(compileLogFormat(COMBINED_LOG_FORMAT), latin1(COMBINED_LINE));
    expect(entry).toMatchObject({
      clientAddress: '10.0.0.1',
      clientPort: null,
      connection: null,
      bytesSent: null,
      requestCompletion: null,
    });
    expect([entry?.tsUs, entry?.tsResolutionUs]).toEqual([Date.parse('2026-11-22T06:29:09Z') * 1000, 1e6]);
    expect(entry?.variables.get('remote_user')).toBe('J Doe');
    expect(entry?.variables.get('http_user_agent')).toBe('curl [x] "');
  });

  test('$time_iso8601, name in braces, realip before remote_addr', () => {
    const format = compileLogFormat(
      `$time_iso8601 $remote_addr:$remote_port \${realip_remote_addr}:$realip_remote_port`,
    );
    expect(parseAccessLogLine(format, latin1('2026-11-22T07:59:09-02:30 203.0.113.77: 10.0.0.1:4711'))).toMatchObject({
      tsUs: Date.parse('2026-11-22T10:29:09Z') * 1000,
      clientAddress: '10.0.0.1',
      clientPort: 4711,
    });
  });

  test('escape=json, pasted as the directive stands in nginx.conf', () => {
    const format = compileLogFormat(
      `log_format j escape=json '{"n":$connection,'\n  '"request":"$request","up":"$upstream_addr"}';`,
    );
    expect(format.source).toBe('{"n":$connection,"request":"$request","up":"$upstream_addr"}');
    const entry = parseAccessLogLine(format, latin1('{"n":12,"request":"GET /\\"a\\\\\\u001b\\n HTTP/1.1","up":""}'));
    expect([entry?.connection, entry?.request?.target, entry?.upstreamAddrs]).toEqual([12, '/"a\\\x1b\n', []]);
  });

  test('escape=none keeps backslashes', () => {
    const entry = parseAccessLogLine(
      compileLogFormat('escape=none $status "$request"'),
      latin1('200 "GET /\\x22 HTTP/1.1"'),
    );
    expect(entry?.request?.target).toBe('/\\x22');
  });

  test.each([
    {
      name: 'a request and an agent without quotes',
      format: '$remote_addr $request $status $http_user_agent $request_time',
      text: '10.0.0.1 GET /a b HTTP/1.1 200 Mozilla/5.0 (X11; 200) 0.001',
      expected: {
        request: 'GET /a b HTTP/1.1',
        status: '200',
        http_user_agent: 'Mozilla/5.0 (X11; 200)',
        request_time: '0.001',
      },
    },
    {
      name: 'escape=none with the delimiter in a value',
      format: 'escape=none $status|$http_user_agent|$request_time',
      text: '200|a|b"c|0.001',
      expected: { http_user_agent: 'a|b"c' },
    },
    {
      name: 'two variables side by side',
      format: '$status$request_completion $pid',
      text: '200OK 4711',
      expected: { status: '200', request_completion: 'OK', pid: '4711' },
    },
    {
      name: 'IPv6 beside its port, colon for colon',
      format: '$remote_addr:$remote_port:$status',
      text: 'fd49::1:2:40670:200',
      expected: { remote_addr: 'fd49::1:2', remote_port: '40670' },
    },
    {
      name: 'attempts between blanks',
      format: '$upstream_addr $upstream_status $upstream_response_time $status',
      text: '10.0.0.1:80, unix:/run/a.sock : backend 502, 200 : - 0.001, 0.002 : - 200',
      expected: { upstream_addr: '10.0.0.1:80, unix:/run/a.sock : backend', upstream_status: '502, 200 : -' },
    },
    {
      name: 'quotes, backslashes and bare words in the directive',
      format: `log_format x "a=\\"$status\\"" ' b=\\'$pid\\'' c=$msec;`,
      text: `a="200" b='7'c=1.500`,
      expected: { status: '200', pid: '7', msec: '1.500' },
    },
    {
      name: 'a header of the upstream is text',
      format: '"$upstream_http_x_a, b" $status',
      text: '"1, 2, b" 200',
      expected: { upstream_http_x_a: '1, 2' },
    },
  ])('$name', ({ format, text, expected }) => {
    const entry = parseAccessLogLine(compileLogFormat(format), latin1(text));
    expect(Object.fromEntries(entry?.variables ?? [])).toMatchObject(expected);
  });

  test('a line made to be hard is given up', () => {
    const format = compileLogFormat('escape=none $a $b $c $d $status');
    expect(parseAccessLogLine(format, latin1('x '.repeat(60_000)))).toBeNull();
  });

  test('text without a variable is refused', () => {
    expect(() => compileLogFormat('combined')).toThrow(/^expected an nginx log_format such as .*, got "combined"$/);
  });

  test.each([
    { name: 'recommended', lines: [LINE, LINE], source: RECOMMENDED_LOG_FORMAT },
    { name: 'combined', lines: [COMBINED_LINE], source: COMBINED_LOG_FORMAT },
    { name: 'main', lines: [`${COMBINED_LINE} "-"`], source: MAIN_LOG_FORMAT },
    {
      name: 'detailed',
      lines: [
        '1795334191.282 99 7/2 10.255.252.153:40670 10.4.37.15:8000 "GET / HTTP/1.1" 200 OK 152 0.004 10.0.0.1:80, 10.0.0.2:80 502, 200 0, 91 0, 43 -, 0.001 0.000, 0.003 1bfa',
      ],
      source: DETAILED_LOG_FORMAT,
    },
    {
      name: 'ingress-nginx',
      lines: [`${COMBINED_LINE} 91 0.004 [shop-web-80] [] 10.0.0.1:80, 10.0.0.2:80 0, 43 0.000, 0.003 502, 200 1bfa`],
      source: INGRESS_LOG_FORMAT,
    },
    { name: 'torn at the start', lines: [LINE.slice(9), LINE, LINE], source: RECOMMENDED_LOG_FORMAT },
    { name: 'mixed', lines: [LINE, COMBINED_LINE], source: undefined },
    { name: 'no line', lines: [], source: undefined },
  ])('detectLogFormat: $name', ({ lines, source }) => {
    expect(detectLogFormat(lines.map(latin1))?.source).toBe(source);
  });
});

describe('any input', () => {
  /** ngx_http_log_escape: quote, backslash, controls and bytes from 0x7f as \xHH. */
  const escaped = (text: string): string =>
    [...text]
      .map((c) => (/[ !#-[\]-~]/.test(c) ? c : `\\x${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`))
      .join('');
  const byteText = fc.uint8Array({ maxLength: 60 }).map((bytes) => String.fromCharCode(...bytes));

  test('what nginx escapes comes back', () => {
    const format = compileLogFormat('[$time_local] "$request" "$http_referer" $status');
    fc.assert(
      fc.property(byteText, byteText, (request, referer) => {
        const entry = parseAccessLogLine(format, latin1(`[x] "${escaped(request)}" "${escaped(referer)}" 200`));
        expect(entry?.variables.get('request')).toBe(request);
        expect(entry?.variables.get('http_referer')).toBe(referer);
      }),
    );
  });

  test('a line of any format fits it, and its values make the line again', () => {
    const name = fc.constantFrom('status', 'msec', 'remote_addr', 'upstream_addr', 'request', 'http_a', 'args');
    const values: Readonly<Record<string, fc.Arbitrary<string>>> = {
      status: fc.constantFrom('200', '499', '-'),
      msec: fc.constantFrom('1795334191.282', '-'),
      remote_addr: fc.constantFrom('10.0.0.1', 'fd49::1:2', 'unix:', '::ffff:1.2.3.4'),
      upstream_addr: fc.constantFrom('-', '10.0.0.1:80', '10.0.0.1:80, unix:/run/a.sock : [::1]:81'),
    };
    const part = fc
      .tuple(name, fc.constantFrom(' ', '" "', ':', '|', ', ', '] [', ' - '))
      .chain(([variable, literal]) =>
        (values[variable] ?? byteText.map(escaped)).map((value) => ({ variable, literal, value })),
      );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 8 }), (parts) => {
        const format = compileLogFormat(
          `x${parts.map(({ variable, literal }) => `\${${variable}}${literal}`).join('')}y`,
        );
        const text = `x${parts.map(({ value, literal }) => value + literal).join('')}y`;
        const read = matchFormat(format, text);
        expect(`x${parts.map(({ literal }, index) => (read?.[index] ?? '?') + literal).join('')}y`).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  test('any bytes in any format give an entry or null', () => {
    const formats = [RECOMMENDED_LOG_FORMAT, COMBINED_LOG_FORMAT, MAIN_LOG_FORMAT, '$a$b', 'escape=json "$x" $y'].map(
      (text) => compileLogFormat(text),
    );
    const piece = fc.oneof(fc.constantFrom(' ', '"', ':', '-', '1', ', ', ' : ', '\\', '[', 'OK'), byteText);
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.constantFrom(...formats), (pieces, format) => {
        const entry = parseAccessLogLine(format, latin1(pieces.join('')));
        if (entry !== null)
          expect([...entry.variables.keys()]).toEqual([...new Set(format.parts.map((part) => part.variable))]);
      }),
      { numRuns: 1000 },
    );
  });
});
