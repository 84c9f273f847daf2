import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { clearRecordsLen, startsTlsRecord } from './tls-record.ts';

const record = (type: number, length: number): number[] => [
  type,
  3,
  3,
  length >>> 8,
  length & 255,
  ...Array<number>(length).fill(7),
];

test.each([
  { name: 'handshake', bytes: record(22, 10), starts: true, clearLen: 15 },
  { name: 'alert', bytes: record(21, 2), starts: true, clearLen: 7 },
  { name: 'application data: its header', bytes: record(23, 100), starts: true, clearLen: 5 },
  {
    name: 'up to application data',
    bytes: [...record(20, 1), ...record(22, 40), ...record(23, 9)],
    starts: true,
    clearLen: 56,
  },
  { name: 'a record that goes on', bytes: record(22, 100).slice(0, 30), starts: true, clearLen: 30 },
  { name: 'something else behind a record', bytes: [...record(22, 4), 1, 2, 3], starts: true, clearLen: 9 },
  { name: 'an unknown type', bytes: [24, 3, 3, 0, 1, 0], starts: false, clearLen: 0 },
  { name: 'an unknown version', bytes: [22, 3, 5, 0, 1, 0], starts: false, clearLen: 0 },
  { name: 'an impossible length', bytes: [22, 3, 3, 0xff, 0xff, 0], starts: false, clearLen: 0 },
  { name: 'truncated', bytes: [22, 3, 3, 0], starts: false, clearLen: 0 },
])('$name', ({ bytes, starts, clearLen }) => {
  const data = Uint8Array.from(bytes);
  expect(startsTlsRecord(data, 0, data.length)).toBe(starts);
  expect(clearRecordsLen(data, 0, data.length)).toBe(clearLen);
});

test('never throws and never passes the end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(clearRecordsLen(bytes, 0, bytes.length)).toBeLessThanOrEqual(bytes.length);
    }),
  );
});
