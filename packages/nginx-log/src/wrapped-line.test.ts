import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseErrorLogLine, unwrapLine } from './index.ts';
import { decodeLatin1, encodeLatin1 } from './latin1.ts';

const LINE =
  '2026/11/22 07:59:09 [info] 9#9: *7 recv() failed (104: Connection reset by peer) while sending to client, client: 10.0.0.9, server: x, request: "GET /"a\\x1b[2J HTTP/1.1"';
const QUOTED = JSON.stringify(LINE).slice(1, -1);
const utc = (time: string): number => Date.parse(time) * 1000;

describe('unwrapLine', () => {
  test.each([
    { name: 'nothing', text: LINE, collectedUs: null },
    {
      name: 'Docker json-file',
      text: `{"log":"${QUOTED}\\n","stream":"stderr","time":"2026-11-22T06:59:09.728401999Z"}`,
      collectedUs: utc('2026-11-22T06:59:09.728Z') + 401,
    },
    {
      name: 'Docker with attributes',
      text: `{"log":"${QUOTED}\\n","stream":"stderr","attrs":{"tag":"web"},"time":"2026-11-22T06:59:09Z"}`,
      collectedUs: utc('2026-11-22T06:59:09Z'),
    },
    { name: 'a time that microseconds cannot count', text: `3056-11-22T06:59:09Z stderr F ${LINE}`, collectedUs: null },
    { name: 'JSON without a time', text: `{"log":"${QUOTED}"}`, collectedUs: null },
    {
      name: 'containerd',
      text: `2026-11-22T07:59:09.1+01:00 stderr F ${LINE}`,
      collectedUs: utc('2026-11-22T06:59:09.100Z'),
    },
    {
      name: 'kubectl logs --timestamps',
      text: `2026-11-22T06:59:09Z ${LINE}`,
      collectedUs: utc('2026-11-22T06:59:09Z'),
    },
    { name: "nginx's syslog sender", text: `<190>Nov 22 07:59:09 web1 nginx: ${LINE}`, collectedUs: null },
    { name: 'nohostname', text: `<190>Nov  2 07:59:09 nginx: ${LINE}`, collectedUs: null },
    { name: 'journalctl', text: `Nov 22 07:59:09 web1 nginx[123]: ${LINE}`, collectedUs: null },
    {
      name: "rsyslog's file format",
      text: `2026-11-22T06:59:09.728401+00:00 web1 nginx: ${LINE}`,
      collectedUs: utc('2026-11-22T06:59:09.728Z') + 401,
    },
    {
      name: 'RFC 5424',
      text: `<190>1 2026-11-22T06:59:09.728Z web1 nginx 123 - - ${LINE}`,
      collectedUs: utc('2026-11-22T06:59:09.728Z'),
    },
    {
      name: 'RFC 5424 with structured data',
      text: `<190>1 2026-11-22T06:59:09Z web1 nginx - ID47 [a b="c"] \xef\xbb\xbf${LINE}`,
      collectedUs: utc('2026-11-22T06:59:09Z'),
    },
  ])('$name', ({ text, collectedUs }) => {
    for (const end of ['', '\n']) {
      const unwrapped = unwrapLine(encodeLatin1(text + end));
      expect(decodeLatin1(unwrapped.line)).toBe(LINE);
      expect(unwrapped.collectedUs).toBe(collectedUs);
      expect(parseErrorLogLine(unwrapped.line).kind).toBe('entry');
    }
  });

  test.each([
    { name: 'Docker', text: `{"log":"10.0.0.1 - - x\\n"}` },
    { name: 'containerd', text: '2026-11-22T06:59:09Z stdout F 10.0.0.1 - - x' },
    { name: 'syslog', text: '<190>Nov 22 07:59:09 web1 nginx: 10.0.0.1 - - x' },
    { name: 'RFC 5424', text: '<190>1 2026-11-22T06:59:09Z web1 nginx - - - 10.0.0.1 - - x' },
  ])('an access-log line of $name', ({ text }) => {
    expect(decodeLatin1(unwrapLine(encodeLatin1(text)).line)).toBe('10.0.0.1 - - x');
  });

  test.each([
    { name: 'an entry of an access log in JSON', text: '{"request":"GET / HTTP/1.1"}' },
    { name: 'torn JSON', text: '{"log":"2026/11/22 07:59:09 [info' },
    { name: 'the rest of a message', text: '" failed (2: No such file or directory), client: 10.0.0.1' },
    { name: 'a forged wrapper without a line', text: 'Nov 22 07:59:09 web1 nginx: x' },
    { name: 'an impossible time', text: '2026-13-22T06:59:09Z nothing' },
  ])('$name stays as it is', ({ text }) => {
    expect(unwrapLine(encodeLatin1(text))).toEqual({ line: encodeLatin1(text), collectedUs: null });
  });

  test('bytes that Docker took for UTF-8 come out as they went in', () => {
    const { line } = unwrapLine(encodeLatin1('{"log":"/\xc3\xa4 \\ufffd \\u001b \u{1f600}"}'));
    expect(decodeLatin1(line)).toBe('/\xc3\xa4 \xef\xbf\xbd \x1b \xf0\x9f\x98\x80');
  });

  test('any bytes give a line, and what is not wrapped is not touched', () => {
    const head = fc.constantFrom('', '{"log":"', '2026-11-22T06:59:09Z ', '<190>Nov 22 07:59:09 ', '2026/11/22 ');
    fc.assert(
      fc.property(head, fc.uint8Array({ maxLength: 80 }), (start, bytes) => {
        const line = Uint8Array.of(...encodeLatin1(start), ...bytes);
        const unwrapped = unwrapLine(line);
        expect(unwrapped.line.length).toBeLessThanOrEqual(line.length);
        if (start === '2026/11/22 ') expect(decodeLatin1(unwrapped.line)).toBe(decodeLatin1(line).replace(/\n$/, ''));
      }),
    );
  });
});
