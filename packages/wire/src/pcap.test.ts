import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { writePcap } from './pcap-writer.ts';
import { readCapture } from './read-capture.ts';

/** Big endian, nanoseconds, FCS bits in the link type; one record of two bytes, 1.999999999 s. */
const FILE = Buffer.from(
  'a1b23c4d0002000400000000000000000000ffff54000071' + '000000013b9ac9ff000000020000003c' + 'abcd',
  'hex',
);

describe('pcap', () => {
  test('deconstruct', () => {
    const { frames, summary } = readCapture(FILE);
    expect(frames).toEqual([
      { frameNumber: 1, tsUs: 1_999_999, linkType: 113, wireLen: 60, bytes: Uint8Array.of(0xab, 0xcd) },
    ]);
    expect(summary.interfaces).toEqual([{ linkType: 113, snapLen: 0xffff, name: null }]);
  });

  test('construct', () => {
    const frame = { tsUs: 1_000_002, wireLen: 60, bytes: Uint8Array.of(0xab, 0xcd) };
    expect(Buffer.from(writePcap([frame], { linkType: 1 })).toString('hex')).toBe(
      'd4c3b2a1020004000000000000000000' + '00000400' + '01000000' + '01000000020000000200000' + '03c000000' + 'abcd',
    );
  });

  test('a version that nobody writes', () => {
    const file = Uint8Array.from(FILE);
    file[5] = 3;
    expect(readCapture(file).summary.error).toEqual({
      kind: 'unsupported-version',
      offset: 4,
      found: 'pcap version 3',
    });
  });

  test('an original length below the captured one is raised to it', () => {
    const file = Uint8Array.from(FILE);
    file[39] = 0;
    expect(readCapture(file).frames).toMatchObject([{ wireLen: 2 }]);
  });

  test('what is written reads back, in every dialect', () => {
    const frame = fc.record({
      tsUs: fc.nat({ max: 2 ** 31 - 1 }).map((seconds) => seconds * 1_000_000 + (seconds % 1_000_000)),
      wireLen: fc.integer({ min: 40, max: 70_000 }),
      bytes: fc.uint8Array({ maxLength: 40 }).map((bytes) => Uint8Array.from(bytes)),
    });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 5 }), fc.boolean(), fc.boolean(), (frames, bigEndian, nanoseconds) => {
        const { frames: read } = readCapture(writePcap(frames, { linkType: 101, bigEndian, nanoseconds }));
        expect(read).toEqual(frames.map((one, index) => ({ ...one, frameNumber: index + 1, linkType: 101 })));
      }),
    );
  });
});
