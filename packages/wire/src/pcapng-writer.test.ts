import { describe, expect, test } from '@jest/globals';
import { encodeEnhancedPacket, encodeInterface, encodeSectionHeader, writePcapng } from './pcapng-writer.ts';

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

describe('construct', () => {
  test.each([
    {
      name: 'section header',
      bytes: encodeSectionHeader(),
      expected: '0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000',
    },
    {
      name: 'section header with comment and application',
      bytes: encodeSectionHeader({ comment: 'hey', application: 'resetscope' }),
      expected:
        '0a0d0d0a 38000000 4d3c2b1a 0100 0000 ffffffffffffffff 0100 0300 68657900 0400 0a00 726573657473636f70650000 0000 0000 38000000',
    },
    {
      name: 'interface',
      bytes: encodeInterface({ linkType: 276 }),
      expected: '01000000 14000000 1401 0000 00000000 14000000',
    },
    {
      name: 'interface with snap length and name',
      bytes: encodeInterface({ linkType: 1, snapLen: 256, name: 'eth0' }),
      expected: '01000000 20000000 0100 0000 00010000 0200 0400 65746830 0000 0000 20000000',
    },
    {
      name: 'packet with two comments',
      bytes: encodeEnhancedPacket({
        interfaceId: 1,
        tsUs: 2 ** 33 + 7,
        wireLen: 60,
        bytes: Uint8Array.of(9),
        comments: ['€', ''],
      }),
      expected:
        '06000000 34000000 01000000 02000000 07000000 01000000 3c000000 09000000 0100 0300 e282ac00 0100 0000 0000 0000 34000000',
    },
  ])('$name', ({ bytes, expected }) => expect(hex(bytes)).toBe(expected.replaceAll(' ', '')));

  test('a comment longer than an option can hold is cut between characters', () => {
    const packet = encodeEnhancedPacket({
      interfaceId: 0,
      tsUs: 0,
      wireLen: 0,
      bytes: new Uint8Array(0),
      comments: ['€'.repeat(30_000)],
    });
    expect(new DataView(packet.buffer).getUint16(30, true)).toBe(65_535);
    expect(packet.length).toBe(32 + 65_536 + 4 + 4);
    const odd = encodeEnhancedPacket({
      interfaceId: 0,
      tsUs: 0,
      wireLen: 0,
      bytes: new Uint8Array(0),
      comments: [`ab${'€'.repeat(30_000)}`],
    });
    expect(new DataView(odd.buffer).getUint16(30, true)).toBe(65_534);
  });

  test('no frames: a section and nothing else', () => expect(hex(writePcapng([]))).toBe(hex(encodeSectionHeader())));

  test('an interface is described where its first frame stands', () => {
    const frame = (linkType: number) => ({ tsUs: 0, linkType, wireLen: 0, bytes: new Uint8Array(0) });
    const file = writePcapng([frame(1), frame(101), frame(1)]);
    const packet = (interfaceId: number) =>
      hex(encodeEnhancedPacket({ interfaceId, tsUs: 0, wireLen: 0, bytes: new Uint8Array(0) }));
    expect(hex(file)).toBe(
      hex(encodeSectionHeader()) +
        hex(encodeInterface({ linkType: 1 })) +
        packet(0) +
        hex(encodeInterface({ linkType: 101 })) +
        packet(1) +
        packet(0),
    );
  });
});
