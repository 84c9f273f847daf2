import { expect, test } from '@jest/globals';
import type { RingFrame } from '@resetscope/ring';
import { buildTcpFrame, LinkType, TcpFlag } from '@resetscope/wire';
import { checkTlsShare, tlsShare } from './tls-share.ts';

/** ClientHello as a TLS record begins (RFC 8446 section 5.1). */
const CLIENT_HELLO = Uint8Array.of(22, 3, 1, 0, 5, 1, 0, 0, 1, 0);
const REQUEST = new Uint8Array(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));

/** A SYN and a first segment from this port. */
function connection(port: number, payload: Uint8Array): readonly RingFrame[] {
  const ends = { src: '10.0.0.1', dst: '10.0.0.2', srcPort: port, dstPort: 443 };
  const frame = (at: number, spec: { flags: number; seq: number; payload?: Uint8Array }): RingFrame => {
    const bytes = buildTcpFrame({ ...ends, ...spec });
    const place = { frameNumber: at, tsUs: 1_795_000_000_000_000 + at, linkType: LinkType.ETHERNET };
    return { ...place, wireLen: bytes.length, bytes, ifIndex: 1, annotations: null };
  };
  return [
    frame(1, { flags: TcpFlag.SYN, seq: 100 }),
    frame(2, { flags: TcpFlag.ACK | TcpFlag.PSH, seq: 101, payload }),
  ];
}

test('connections are told apart by their first bytes; those without data do not count', () => {
  const frames = [
    connection(1, CLIENT_HELLO),
    connection(2, REQUEST),
    connection(3, REQUEST),
    connection(4, new Uint8Array()),
  ];
  expect(tlsShare(frames.flat())).toEqual({ tls: 1, clear: 2 });
});

test.each([
  { share: { tls: 0, clear: 0 }, hasAccessLog: false, status: 'skipped' },
  { share: { tls: 0, clear: 9 }, hasAccessLog: false, status: 'ok' },
  { share: { tls: 3, clear: 1 }, hasAccessLog: true, status: 'ok' },
  { share: { tls: 3, clear: 1 }, hasAccessLog: false, status: 'warn' },
])('$share.tls of TLS, access log $hasAccessLog: $status', ({ share, hasAccessLog, status }) => {
  expect(checkTlsShare('web-1', share, hasAccessLog)).toMatchObject({ id: 'tls-share', status });
});
