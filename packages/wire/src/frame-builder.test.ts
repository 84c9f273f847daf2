import { describe, expect, test } from '@jest/globals';
import { internetChecksum } from './checksum.ts';
import { buildTcpFrame, buildTcpPacket } from './frame-builder.ts';

const ENDS = { src: '10.0.0.1', dst: '10.0.0.2', srcPort: 1, dstPort: 2, flags: 2 };

describe('buildTcpFrame', () => {
  test.each([
    { name: 'IPv4', spec: ENDS, header: '02000000000202000000000108004500' },
    { name: 'IPv6', spec: { ...ENDS, src: '::1', dst: '::2' }, header: '020000000002020000000001' + '86dd6000' },
    { name: 'tagged', spec: { ...ENDS, vlan: 0x123 }, header: '020000000002020000000001' + '810001230800' },
  ])('$name', ({ spec, header }) => {
    expect(Buffer.from(buildTcpFrame(spec)).toString('hex').startsWith(header)).toBe(true);
  });

  test('the checksum of the IPv4 header holds', () => {
    expect(internetChecksum(buildTcpPacket({ ...ENDS, ipId: 77, ttl: 3, dontFragment: false }).subarray(0, 20))).toBe(
      0,
    );
  });

  test.each([
    { name: 'no address', spec: { ...ENDS, src: 'localhost' }, message: 'expected an IP address, got "localhost"' },
    {
      name: 'two families',
      spec: { ...ENDS, dst: '::1' },
      message: 'expected one address family, got 10.0.0.1 and ::1',
    },
  ])('$name: RangeError', ({ spec, message }) => expect(() => buildTcpFrame(spec)).toThrow(new RangeError(message)));
});
