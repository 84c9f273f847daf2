import { Buffer } from 'node:buffer';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseSyslogDatagram } from './syslog-datagram.ts';

const LINE = '2026/11/22 07:59:09 [info] 9#9: *7 client 10.0.0.9 closed keepalive connection';

test.each([
  { name: 'with the host', text: `<190>Nov 22 07:59:09 web1 nginx: ${LINE}` },
  { name: 'without it', text: `<190>Nov  2 07:59:09 nginx: ${LINE}` },
  { name: 'with a tag of its own', text: `<11>Nov  2 07:59:09 web1 shop_1: ${LINE}` },
  { name: 'with a newline inside', text: `<190>Nov 22 07:59:09 web1 nginx: ${LINE}`, more: '\nforged' },
])("nginx's line $name", ({ text, more = '' }) => {
  const parsed = parseSyslogDatagram(Buffer.from(text + more));
  expect(parsed.kind === 'line' && Buffer.from(parsed.bytes).toString()).toBe(LINE + more);
});

test.each([
  { text: LINE, kind: 'not-syslog' },
  { text: '', kind: 'not-syslog' },
  { text: '<190>', kind: 'not-syslog' },
  { text: `<190>${LINE}`, kind: 'not-syslog' },
  { text: '<190>Nov 22 07:59:09 web1 nginx: 10.0.0.1 - - [22/Nov/2026:07:59:09 +0000] "GET /"', kind: 'not-nginx' },
  { text: '<38>Nov 22 07:59:09 web1 sshd[7]: session opened', kind: 'not-nginx' },
  { text: '<190>Nov 22 07:59:09 web1 nginx: ', kind: 'not-nginx' },
])('$kind: $text', ({ text, kind }) => expect(parseSyslogDatagram(Buffer.from(text))).toEqual({ kind }));

test('any bytes have an answer', () => {
  const start = fc.constantFrom('', '<', '<190>', '<190>Nov 22 07:59:09 nginx: ');
  fc.assert(
    fc.property(start, fc.uint8Array(), (text, bytes) => {
      expect(['line', 'not-syslog', 'not-nginx']).toContain(
        parseSyslogDatagram(Buffer.concat([Buffer.from(text), bytes])).kind,
      );
    }),
  );
});
