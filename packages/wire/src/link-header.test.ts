import { describe, expect, test } from '@jest/globals';
import { EtherType, findNetworkHeader, LINK_TOO_SHORT, LINK_UNKNOWN, LinkType } from './link-header.ts';
import { Packet } from './packet.ts';

function find(linkType: number, hex: string): { readonly at: number; readonly packet: Packet } {
  const packet = new Packet();
  const frame = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  packet.setFrame(frame, 0, frame.length);
  packet.wireLen = packet.bytes.length;
  return { at: findNetworkHeader(packet, linkType), packet };
}

const MACS = '020000000002 020000000001 ';
/** Addresses and the IEEE 802.3 length of LLC frames. */
const LLC = `${MACS} 0026 `;

describe('findNetworkHeader', () => {
  test.each([
    { name: 'Ethernet, IPv4', linkType: 1, hex: `${MACS} 0800`, at: 14, etherType: EtherType.IPV4 },
    { name: 'Ethernet, IPv6', linkType: 1, hex: `${MACS} 86dd`, at: 14, etherType: EtherType.IPV6 },
    { name: 'Ethernet, ARP', linkType: 1, hex: `${MACS} 0806`, at: 14, etherType: 0x0806 },
    {
      name: '802.1Q, priority bits left out',
      linkType: 1,
      hex: `${MACS} 8100 f064 0800`,
      at: 18,
      etherType: EtherType.IPV4,
      vlan: 100,
    },
    {
      name: '802.1ad: the innermost id',
      linkType: 1,
      hex: `${MACS} 88a8 000a 8100 0014 86dd`,
      at: 22,
      etherType: EtherType.IPV6,
      vlan: 20,
    },
    {
      name: 'the older QinQ types',
      linkType: 1,
      hex: `${MACS} 9100 0001 9200 0002 8100 0003 0800`,
      at: 26,
      etherType: EtherType.IPV4,
      vlan: 3,
    },
    { name: 'LLC/SNAP', linkType: 1, hex: `${LLC} aaaa03 000000 0800`, at: 22, etherType: EtherType.IPV4 },
    {
      name: 'LLC/SNAP in a tag',
      linkType: 1,
      hex: `${MACS} 8100 0005 0026 aaaa03 000000 0800`,
      at: 26,
      etherType: EtherType.IPV4,
      vlan: 5,
    },
    { name: 'SNAP of another organisation', linkType: 1, hex: `${LLC} aaaa03 00000c 2000`, at: 14, etherType: -1 },
    { name: 'spanning tree', linkType: 1, hex: `${LLC} 424203 0000 0000`, at: 14, etherType: -1 },
    { name: 'PPPoE', linkType: 1, hex: `${MACS} 8864 1100 00dd 0036 0021 4500`, at: 22, etherType: EtherType.IPV4 },
    { name: 'PPPoE, link control', linkType: 1, hex: `${MACS} 8864 1100 00dd 0036 c021 0101`, at: 22, etherType: -1 },
    {
      name: 'cooked, to us',
      linkType: LinkType.LINUX_SLL,
      hex: '0000 0001 0006 0200000000010000 0800',
      at: 16,
      etherType: EtherType.IPV4,
      packetType: 0,
    },
    {
      name: 'cooked, from us, tagged',
      linkType: LinkType.LINUX_SLL,
      hex: '0004 0001 0006 0200000000010000 8100 0064 86dd',
      at: 20,
      etherType: EtherType.IPV6,
      vlan: 100,
      packetType: 4,
    },
    {
      name: 'cooked, 802.2',
      linkType: LinkType.LINUX_SLL,
      hex: '0000 0001 0006 0200000000010000 0004 424203',
      at: 16,
      etherType: -1,
      packetType: 0,
    },
    {
      name: 'cooked v2',
      linkType: LinkType.LINUX_SLL2,
      hex: '0800 0000 00000002 0001 04 06 0200000000010000',
      at: 20,
      etherType: EtherType.IPV4,
      packetType: 4,
    },
    {
      name: 'cooked v2, tagged',
      linkType: LinkType.LINUX_SLL2,
      hex: '8100 0000 00000002 0001 00 06 0200000000010000 0064 0800',
      at: 24,
      etherType: EtherType.IPV4,
      vlan: 100,
      packetType: 0,
    },
    { name: 'raw IPv4', linkType: LinkType.RAW, hex: '45', at: 0, etherType: EtherType.IPV4 },
    { name: 'raw IPv6', linkType: LinkType.RAW_BSD, hex: '60', at: 0, etherType: EtherType.IPV6 },
    { name: 'raw neither', linkType: LinkType.RAW_OPENBSD, hex: '50', at: 0, etherType: -1 },
    { name: 'IPv4', linkType: LinkType.IPV4, hex: '45', at: 0, etherType: EtherType.IPV4 },
    { name: 'IPv6', linkType: LinkType.IPV6, hex: '60', at: 0, etherType: EtherType.IPV6 },
    { name: 'null, little endian', linkType: LinkType.NULL, hex: '02000000', at: 4, etherType: EtherType.IPV4 },
    { name: 'null, big endian', linkType: LinkType.NULL, hex: '00000002', at: 4, etherType: EtherType.IPV4 },
    { name: 'null, IPv6 of macOS', linkType: LinkType.NULL, hex: '1e000000', at: 4, etherType: EtherType.IPV6 },
    { name: 'null, IPv6 of FreeBSD', linkType: LinkType.NULL, hex: '1c000000', at: 4, etherType: EtherType.IPV6 },
    { name: 'loop, IPv6 of OpenBSD', linkType: LinkType.LOOP, hex: '00000018', at: 4, etherType: EtherType.IPV6 },
    { name: 'null, AppleTalk', linkType: LinkType.NULL, hex: '10000000', at: 4, etherType: -1 },
    { name: 'C-HDLC', linkType: LinkType.C_HDLC, hex: '0f00 0800', at: 4, etherType: EtherType.IPV4 },
    { name: 'PPP with HDLC framing', linkType: LinkType.PPP, hex: 'ff03 0057', at: 4, etherType: EtherType.IPV6 },
    { name: 'PPP without', linkType: LinkType.PPP, hex: '0021 4500', at: 2, etherType: EtherType.IPV4 },
  ])('$name', ({ linkType, hex, at, etherType, vlan = -1, packetType = -1 }) => {
    const found = find(linkType, hex);
    expect({
      at: found.at,
      etherType: found.packet.etherType,
      vlan: found.packet.vlan,
      packetType: found.packet.packetType,
    }).toEqual({
      at,
      etherType,
      vlan,
      packetType,
    });
  });

  test.each([
    { name: 'Ethernet', linkType: 1, hex: `${MACS} 0800`, whole: 14 },
    { name: 'two tags', linkType: 1, hex: `${MACS} 88a8 000a 8100 0014 86dd`, whole: 22 },
    { name: 'PPPoE', linkType: 1, hex: `${MACS} 8864 1100 00dd 0036 0021 4500`, whole: 24 },
    { name: 'cooked', linkType: LinkType.LINUX_SLL, hex: '0000 0001 0006 0200000000010000 0800', whole: 16 },
    {
      name: 'cooked v2',
      linkType: LinkType.LINUX_SLL2,
      hex: '0800 0000 00000002 0001 04 06 0200000000010000',
      whole: 20,
    },
    { name: 'null', linkType: LinkType.NULL, hex: '02000000', whole: 4 },
    { name: 'PPP', linkType: LinkType.PPP, hex: 'ff03 0057', whole: 4 },
    { name: 'raw', linkType: LinkType.RAW, hex: '45', whole: 1 },
  ])('truncated: $name', ({ linkType, hex, whole }) => {
    const digits = hex.replaceAll(' ', '');
    for (let len = 0; len < whole; len += 1) expect(find(linkType, digits.slice(0, len * 2)).at).toBe(LINK_TOO_SHORT);
    expect(find(linkType, digits).at).toBeGreaterThanOrEqual(0);
  });

  test('an unknown link type says so', () => expect(find(129, MACS).at).toBe(LINK_UNKNOWN));

  test('the frame before leaves nothing behind', () => {
    const packet = new Packet();
    packet.vlan = 7;
    packet.packetType = 4;
    const frame = Buffer.from('45', 'hex');
    packet.setFrame(frame, 0, frame.length);
    findNetworkHeader(packet, LinkType.RAW);
    expect(packet).toMatchObject({ vlan: -1, packetType: -1 });
  });
});
