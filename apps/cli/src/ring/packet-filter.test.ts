import { describe, expect, test } from '@jest/globals';
import { buildTcpFrame, LinkType, PacketDecoder, TcpFlag } from '@resetscope/wire';
import fc from 'fast-check';
import { parsePacketFilter } from './packet-filter.ts';

interface Sent {
  readonly src: string;
  readonly dst: string;
  readonly srcPort: number;
  readonly dstPort: number;
  readonly flags: number;
}

const RST_V4: Sent = {
  src: '10.0.0.1',
  dst: '10.0.0.2',
  srcPort: 51234,
  dstPort: 80,
  flags: TcpFlag.RST | TcpFlag.ACK,
};
const SYN_V6: Sent = { src: '2001:db8::1', dst: '2001:db8::2', srcPort: 443, dstPort: 50_000, flags: TcpFlag.SYN };

function accepts(filter: string, sent: Sent): boolean {
  const bytes = buildTcpFrame(sent);
  const decoder = new PacketDecoder();
  const frame = { frameNumber: 1, tsUs: 0, linkType: LinkType.ETHERNET, wireLen: bytes.length, bytes };
  expect(decoder.decode(frame)).toBe('tcp');
  return parsePacketFilter(filter)(decoder.packet, 'tcp');
}

describe('a filter takes', () => {
  test.each([
    { filter: 'host 10.0.0.1', v4: true, v6: false },
    { filter: 'src host 10.0.0.2', v4: false, v6: false },
    { filter: 'dst host 10.0.0.2', v4: true, v6: false },
    { filter: 'host 2001:DB8::2', v4: false, v6: true },
    { filter: 'net 10.0.0.0/8', v4: true, v6: false },
    { filter: 'net 0.0.0.0/0', v4: true, v6: false },
    { filter: 'dst net 10.0.0.2/32', v4: true, v6: false },
    { filter: 'src net 10.0.0.2/31', v4: false, v6: false },
    { filter: 'net 2001:db8::/33', v4: false, v6: true },
    { filter: 'port 80', v4: true, v6: false },
    { filter: 'src port 80', v4: false, v6: false },
    { filter: 'tcp dst port 80', v4: true, v6: false },
    { filter: 'tcp port 443', v4: false, v6: true },
    { filter: 'tcp', v4: true, v6: true },
    { filter: 'ip', v4: true, v6: false },
    { filter: 'ip6', v4: false, v6: true },
    { filter: 'icmp or icmp6', v4: false, v6: false },
    { filter: 'tcp-rst', v4: true, v6: false },
    { filter: 'not tcp-rst', v4: false, v6: true },
    { filter: '! tcp-ack && port 443', v4: false, v6: true },
    { filter: 'tcp[tcpflags] & tcp-rst != 0', v4: true, v6: false },
    { filter: 'tcp[tcpflags]&(tcp-syn|tcp-fin)!=0', v4: false, v6: true },
    { filter: 'tcp[tcpflags] & (tcp-rst | tcp-fin) == 0', v4: false, v6: true },
    { filter: 'HOST 10.0.0.1 AND (port 80 OR port 81)', v4: true, v6: false },
    { filter: '(host 10.0.0.1 and port 81) or ip6', v4: false, v6: true },
    { filter: 'port 80 or port 443 or port 8080', v4: true, v6: true },
    { filter: 'not not not (ip or tcp-fin)', v4: false, v6: true },
  ])('$filter', ({ filter, v4, v6 }) => {
    expect([accepts(filter, RST_V4), accepts(filter, SYN_V6)]).toEqual([v4, v6]);
  });
});

describe('a filter is refused', () => {
  test.each([
    {
      filter: '',
      says: 'expected host, net, port, src, dst, tcp, icmp, icmp6, ip, ip6, tcp-rst, not or "(" at position 1, got the end',
    },
    { filter: 'host web-1', says: 'expected an IPv4 or IPv6 address at position 6, got "web-1"' },
    { filter: 'host 10.0.0.256', says: 'at position 6, got "10.0.0.256"' },
    { filter: 'port http', says: 'expected a port from 0 to 65535 at position 6, got "http"' },
    { filter: 'port 80 or 443', says: 'at position 12, got "443"' },
    { filter: 'port 65536', says: 'expected a port from 0 to 65535' },
    { filter: 'port 80 port 81', says: 'expected and, or, or the end at position 9, got "port"' },
    { filter: 'ip and tcp or ip6', says: 'expected parentheses where "and" and "or" meet at position 12, got "or"' },
    { filter: '(port 80', says: 'expected ")" at position 9, got the end' },
    { filter: 'net 10.0.0.1/8', says: 'expected an address whose bits after the first 8 are 0 at position 5' },
    { filter: 'net 10.0.0.0', says: 'expected a network like 10.0.0.0/8' },
    { filter: 'net 10.0.0.0/33', says: 'expected a network like 10.0.0.0/8' },
    { filter: 'src tcp', says: 'expected host, net or port at position 5, got "tcp"' },
    { filter: 'tcp src host 10.0.0.1', says: 'at position 9, got "host"' },
    { filter: 'tcp[13] & 4 != 0', says: 'at position 4, got "["' },
    { filter: 'tcp[tcpflags] & tcp-rst > 0', says: 'expected "!=" or "==" at position 25, got ">"' },
    { filter: 'tcp.flags.reset == 1', says: 'at position 1, got "tcp.flags.reset"' },
    { filter: 'port 80 and \u001b[2J', says: 'got "\\u001b"' },
    { filter: '('.repeat(5000), says: 'expected at most 2000 characters, got 5000' },
  ])('$filter', ({ filter, says }) => {
    const parse = () => parsePacketFilter(filter);
    expect(parse).toThrow(expect.objectContaining({ code: 'RS_USAGE' }));
    expect(parse).toThrow(says);
  });
});

test('any text is taken or refused with a clear line', () => {
  const word = fc.constantFrom(
    'host',
    '10.0.0.1',
    'and',
    'or',
    'not',
    '(',
    ')',
    'port',
    '80',
    'tcp-rst',
    'tcp[tcpflags]',
    '&',
    '|',
    '0',
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(word).map((words) => words.join(' ')),
  );
  fc.assert(
    fc.property(text, (filter) => {
      try {
        parsePacketFilter(filter);
      } catch (error) {
        expect(error).toMatchObject({ code: 'RS_USAGE' });
      }
    }),
  );
});
