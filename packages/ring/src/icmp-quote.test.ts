import { describe, expect, test } from '@jest/globals';
import { buildTcpPacket, LinkType, PacketDecoder, TcpFlag } from '@resetscope/wire';
import fc from 'fast-check';
import { IcmpQuote } from './icmp-quote.ts';

const V4 = { src: '10.0.0.1', dst: '10.0.0.2' };
const V6 = { src: '2001:db8::1', dst: '2001:db8::2' };
const PAYLOAD = new Uint8Array(40).fill(0x41);

function quoted(addresses: { src: string; dst: string }): Uint8Array {
  return buildTcpPacket({ ...addresses, srcPort: 51234, dstPort: 80, flags: TcpFlag.ACK, payload: PAYLOAD });
}

/** The IP header of a TCP packet, made to carry ICMP instead. */
function icmp(type: number, quote: Uint8Array, addresses: { src: string; dst: string }): Uint8Array {
  const isV4 = addresses === V4;
  const headerLen = isV4 ? 20 : 40;
  const packet = new Uint8Array(headerLen + 8 + quote.length);
  packet.set(quoted(addresses).subarray(0, headerLen));
  packet[isV4 ? 9 : 6] = isV4 ? 1 : 58;
  new DataView(packet.buffer).setUint16(isV4 ? 2 : 4, isV4 ? packet.length : packet.length - 40);
  packet[headerLen] = type;
  packet.set(quote, headerLen + 8);
  return packet;
}

function read(bytes: Uint8Array): { quotesTcp: boolean; quote: IcmpQuote } {
  const decoder = new PacketDecoder();
  decoder.decode({ frameNumber: 1, tsUs: 0, linkType: LinkType.RAW, wireLen: bytes.length, bytes });
  const quote = new IcmpQuote();
  return { quotesTcp: quote.read(decoder.packet), quote };
}

describe('IcmpQuote', () => {
  test.each([
    { name: 'IPv4 unreachable', bytes: icmp(3, quoted(V4), V4), headersEnd: 20 + 8 + 20 + 20 },
    { name: 'IPv6 packet too big', bytes: icmp(2, quoted(V6), V6), headersEnd: 40 + 8 + 40 + 20 },
    { name: 'only 8 bytes of TCP', bytes: icmp(11, quoted(V4).subarray(0, 28), V4), headersEnd: 20 + 8 + 28 },
  ])('$name: ports read, payload left behind', ({ bytes, headersEnd }) => {
    const { quotesTcp, quote } = read(bytes);
    expect(quotesTcp).toBe(true);
    expect(quote).toMatchObject({ srcPort: 51234, dstPort: 80, headersEnd });
  });

  test.each([
    { name: 'an echo request', bytes: icmp(8, quoted(V4), V4), headersEnd: 28 },
    { name: 'a quote cut in the ports', bytes: icmp(3, quoted(V4).subarray(0, 22), V4), headersEnd: 28 },
    { name: 'no quote', bytes: icmp(3, new Uint8Array(0), V4), headersEnd: 28 },
  ])('$name quotes no TCP', ({ bytes, headersEnd }) => {
    const { quotesTcp, quote } = read(bytes);
    expect(quotesTcp).toBe(false);
    expect(quote.headersEnd).toBe(headersEnd);
  });

  test('never throws and never passes the end', () => {
    fc.assert(
      fc.property(fc.constantFrom(V4, V6), fc.nat(255), fc.uint8Array({ maxLength: 90 }), (addresses, type, quote) => {
        const bytes = icmp(type, quote, addresses);
        expect(read(bytes).quote.headersEnd).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});
