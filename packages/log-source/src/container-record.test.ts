import { Buffer } from 'node:buffer';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatOf, parseContainerRecord } from './container-record.ts';

const LINE = '2026/11/22 07:59:09 [info] 9#9: *7 client 10.0.0.9 closed keepalive connection';
const TIME = '2026-11-22T06:59:09.728401999Z';
const TIME_US = Date.parse('2026-11-22T06:59:09.728Z') * 1000 + 401;
const json = (log: string): string => JSON.stringify({ log, stream: 'stderr', time: TIME });

describe('parseContainerRecord', () => {
  test.each([
    { name: "docker's, whole", text: json(`${LINE}\n`), isPartial: false },
    { name: "docker's, a piece", text: json(LINE), isPartial: true },
    { name: 'of CRI, whole', text: `${TIME} stderr F ${LINE}`, isPartial: false },
    { name: 'of CRI, a piece', text: `${TIME} stderr P ${LINE}`, isPartial: true },
  ])('a record $name', ({ text, isPartial }) => {
    const record = parseContainerRecord(Buffer.from(text));
    expect({ ...record, bytes: Buffer.from(record?.bytes ?? []).toString() }).toEqual({
      stream: 'stderr',
      bytes: LINE,
      collectedUs: TIME_US,
      isPartial,
    });
  });

  test.each([
    { name: 'a plain line', text: LINE },
    { name: 'other JSON', text: '{"request":"GET /"}' },
    { name: 'torn JSON', text: json(LINE).slice(0, -5) },
    { name: 'a number for a log', text: '{"log":1}' },
    { name: 'no stream of CRI', text: `${TIME} stdin F ${LINE}` },
    { name: 'nothing', text: '' },
  ])('$name is none', ({ text }) => expect(parseContainerRecord(Buffer.from(text))).toBeNull());

  test('never throws', () => {
    const start = fc.constantFrom('', '{"log":"', `${TIME} stderr P `);
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 200 }), (text, bytes) => {
        parseContainerRecord(Buffer.concat([Buffer.from(text), bytes]));
      }),
    );
  });
});

test.each([
  { text: LINE, expected: 'nginx' },
  { text: json(`${LINE}\n`), expected: 'container' },
  { text: `${TIME} stdout F 10.0.0.1 - -`, expected: 'container' },
  { text: 'the rest of a message', expected: undefined },
  { text: '{"log":', expected: undefined },
])('formatOf: $expected', ({ text, expected }) => expect(formatOf(Buffer.from(text))).toBe(expected));
