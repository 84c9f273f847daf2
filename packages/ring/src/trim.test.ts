import { describe, expect, test } from '@jest/globals';
import { buildTcpFrame, LinkType, PacketDecoder, TcpFlag } from '@resetscope/wire';
import { NO_CONNECTION } from './connection-key.ts';
import { Trim } from './trim.ts';

/** Ethernet, IPv4 and TCP without options. */
const HEADERS_LEN = 54;
const LIMIT = 512;

function decide(payload: Uint8Array): Trim {
  const bytes = buildTcpFrame({
    src: '10.0.0.1',
    dst: '10.0.0.2',
    srcPort: 51234,
    dstPort: 80,
    flags: TcpFlag.PSH | TcpFlag.ACK,
    payload,
  });
  const decoder = new PacketDecoder();
  const outcome = decoder.decode({
    frameNumber: 1,
    tsUs: 0,
    linkType: LinkType.ETHERNET,
    wireLen: bytes.length,
    bytes,
  });
  const trim = new Trim(LIMIT);
  trim.decide(decoder.packet, outcome);
  return trim;
}

const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value, 'latin1'));
const NONE = { headLen: -1, contentLength: -1, chunked: false, endsWithLastChunk: false, maskFrom: -1 };

describe('Trim', () => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n';
  const long = `GET /${'a'.repeat(600)} HTTP/1.1\r\nContent-Length: 7\r\n\r\n`;
  test.each([
    { name: 'nothing', payload: '', kept: 0, expected: NONE },
    { name: 'a body', payload: 'x'.repeat(900), kept: 0, expected: NONE },
    {
      name: 'the last chunk of a body',
      payload: 'abc\r\n0\r\n\r\n',
      kept: 0,
      expected: { ...NONE, endsWithLastChunk: true },
    },
    {
      name: 'a head and its body: the head',
      payload: `${head}hello`,
      kept: head.length,
      expected: { ...NONE, headLen: head.length, contentLength: 5, maskFrom: HEADERS_LEN },
    },
    {
      name: 'a head past the limit: its beginning, annotated whole',
      payload: `${long}1234567`,
      kept: LIMIT,
      expected: { ...NONE, headLen: long.length, contentLength: 7, maskFrom: HEADERS_LEN },
    },
    {
      name: 'a head that goes on',
      payload: 'GET / HTTP/1.1\r\nHost: a\r\n',
      kept: 25,
      expected: { ...NONE, maskFrom: HEADERS_LEN },
    },
    {
      name: 'a whole chunked answer',
      payload: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
      kept: 47,
      expected: { ...NONE, headLen: 47, chunked: true, endsWithLastChunk: true, maskFrom: HEADERS_LEN },
    },
    { name: 'TLS application data: the record header', payload: '\x17\x03\x03\x01\x00data', kept: 5, expected: NONE },
    { name: 'a TLS alert', payload: '\x15\x03\x03\x00\x02\x02\x28', kept: 7, expected: NONE },
    { name: 'an HTTP/2 preface', payload: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', kept: 24, expected: NONE },
  ])('$name', ({ payload, kept, expected }) => {
    const trim = decide(text(payload));
    expect(trim.keptLen).toBe(HEADERS_LEN + kept);
    expect(trim).toMatchObject(expected);
    expect(trim.hash).not.toBe(NO_CONNECTION);
  });

  test('what is neither TCP nor ICMP is not kept', () => {
    const trim = new Trim(LIMIT);
    trim.decide(new PacketDecoder().packet, 'udp');
    expect(trim).toMatchObject({ ...NONE, keptLen: 0, hash: NO_CONNECTION });
  });
});
