import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { hasProgram, makeTempDir } from '@resetscope/testkit';
import { testIf } from '@resetscope/testkit/jest';
import { joinBytes } from '@resetscope/wire';
import fc from 'fast-check';
import { storyOf, streamOf } from '../test-data/follow.ts';
import {
  clientHello,
  extension,
  handshake,
  RecordType,
  record,
  recordTls,
  serverHello,
  serverNameExtension,
} from '../test-data/tls.ts';
import type { Flight } from '../test-data/wire.ts';
import type { Payload } from './payload.ts';
import type { Side } from './side.ts';
import type { TcpStream } from './tcp-stream.ts';
import { startsLikeTls, TlsReader } from './tls-reader.ts';

const HELLO = record(RecordType.handshake, clientHello(serverNameExtension('www.shop.test')));
const CCS = record(RecordType.changeCipherSpec, [1]);
const data = (length: number): Uint8Array => record(RecordType.applicationData, new Uint8Array(length));
const encrypted = (length: number): Uint8Array => record(RecordType.handshake, new Uint8Array(length).fill(0xee));

function payload(bytes: Uint8Array, wireLen: number = bytes.length): Payload {
  return { bytes, wireLen, tsUs: 5, frameNumber: 9, hints: null };
}

/** Reads flights one payload each; returns the application bytes of each. */
function read(reader: TlsReader, ...flights: readonly (readonly [Side, Uint8Array])[]): readonly number[] {
  return flights.map(([side, bytes]) => reader.read(side, payload(bytes)));
}

const all = (...parts: readonly Uint8Array[]): Uint8Array => joinBytes(parts);

describe('TLS 1.2', () => {
  test('application data is what carries the protocol above', () => {
    const reader = new TlsReader();
    const counted = read(
      reader,
      ['originator', HELLO],
      ['responder', all(record(RecordType.handshake, serverHello(null)), encrypted(700))],
      ['originator', all(encrypted(70), CCS, encrypted(40), data(100))],
      ['responder', all(CCS, encrypted(40))],
      ['responder', all(data(1000), data(24))],
    );
    expect(counted).toEqual([0, 0, 100, 0, 1024]);
    expect(reader.summary()).toEqual({
      serverName: 'www.shop.test',
      sawClientHello: true,
      sawServerHello: true,
      applicationBytes: { originator: 100, responder: 1024 },
      applicationRecords: { originator: 1, responder: 2 },
      alerts: [],
    });
  });

  test('plain and encrypted alerts', () => {
    const reader = new TlsReader();
    read(
      reader,
      ['originator', HELLO],
      ['responder', record(RecordType.alert, [2, 40])],
      ['originator', record(RecordType.alert, new Uint8Array(26))],
    );
    const at = { frameNumber: 9, tsUs: 5 };
    expect(reader.summary().alerts).toEqual([
      { from: 'responder', level: 2, description: 40, ...at },
      { from: 'originator', level: null, description: null, ...at },
    ]);
    for (let i = 0; i < 50; i++) read(reader, ['originator', record(RecordType.alert, [1, 0])]);
    expect([reader.summary().alerts.length, reader.alertCount]).toEqual([8, 52]);
  });
});

test('TLS 1.3: Finished, certificate flight and tickets are no data', () => {
  const reader = new TlsReader();
  const counted = read(
    reader,
    ['originator', HELLO],
    ['responder', all(record(RecordType.handshake, serverHello(0x0304)), CCS, data(900))],
    ['originator', all(CCS, data(53))],
    ['responder', data(234)],
    ['originator', data(100)],
    ['responder', data(500)],
  );
  expect(counted).toEqual([0, 0, 0, 0, 100, 500]);
  expect(reader.summary().applicationBytes).toEqual({ originator: 100, responder: 500 });
});

describe('TLS 1.3 hides tickets and alerts among data', () => {
  const flight = (hello: Uint8Array): Uint8Array => all(record(RecordType.handshake, hello), CCS, data(900));

  /** Bytes of the responder's records that count, after the client's Finished and its request. */
  function counted(hello: Uint8Array, ...records: readonly number[]): readonly number[] {
    const reader = new TlsReader();
    read(reader, ['originator', HELLO], ['responder', flight(hello)], ['originator', all(data(53), data(100))]);
    return records.map((length) => reader.read('responder', payload(data(length))));
  }

  test.each([
    { name: 'two of one length after a full handshake', resumed: false, lengths: [234, 234, 234], data: [0, 0, 239] },
    { name: 'one after a resumed one', resumed: true, lengths: [234, 234], data: [0, 239] },
    { name: 'one, where the second has another length', resumed: false, lengths: [234, 180, 234], data: [0, 185, 239] },
    { name: 'none, where the first is too long', resumed: false, lengths: [900, 900], data: [905, 905] },
  ])('tickets: $name', ({ resumed, lengths, data: expected }) => {
    const hello = serverHello(0x0304, resumed ? extension(41, [0, 0]) : []);
    expect(counted(hello, ...lengths).map((bytes) => (bytes === 0 ? 0 : bytes + 5))).toEqual(expected);
  });

  test('tickets before the request', () => {
    const reader = new TlsReader();
    const bytes = read(
      reader,
      ['originator', HELLO],
      ['responder', flight(serverHello(0x0304))],
      ['originator', data(53)],
      ['responder', all(data(234), data(234))],
      ['originator', data(100)],
      ['responder', data(234)],
    );
    expect(bytes.slice(3)).toEqual([0, 100, 234]);
  });

  test('a record of 19 bytes is an alert, on either side', () => {
    const reader = new TlsReader();
    read(reader, ['originator', HELLO], ['responder', flight(serverHello(0x0304))]);
    expect(read(reader, ['originator', data(19)], ['responder', data(19)])).toEqual([0, 0]);
    expect(reader.summary().alerts).toMatchObject([
      { from: 'originator', level: null },
      { from: 'responder', level: null },
    ]);
  });
});

test('isBetweenRecords: the bytes of a side make whole records', () => {
  const reader = new TlsReader();
  const between = (bytes: Uint8Array, wireLen?: number): boolean => {
    reader.read('responder', payload(bytes, wireLen));
    return reader.isBetweenRecords('responder');
  };
  expect([
    between(data(10)),
    between(data(10).subarray(0, 14)),
    between(data(10).subarray(14)),
    between(data(10).subarray(0, 3)),
    between(data(10).subarray(3)),
    between(data(100).subarray(0, 20), 105),
    between(data(100).subarray(0, 20), 300),
    between(data(5)),
  ]).toEqual([true, false, true, false, true, true, false, true]);
});

describe('hello', () => {
  const WIDE = clientHello([
    ...extension(51, new Array(1200).fill(1)),
    ...serverNameExtension('www.shop.test'),
    ...extension(21, new Array(300).fill(0)),
  ]);

  test('split at any byte, the name is found as soon as it is whole', () => {
    const bytes = record(RecordType.handshake, WIDE);
    for (let at = 1; at < bytes.length; at += 7) {
      const reader = new TlsReader();
      read(reader, ['originator', bytes.subarray(0, at)]);
      expect([null, 'www.shop.test']).toContain(reader.serverName);
      read(reader, ['originator', bytes.subarray(at)]);
      expect([reader.serverName, reader.sawClientHello]).toEqual(['www.shop.test', true]);
    }
  });

  test('what follows the hello in its record is no part of it', () => {
    const short = clientHello([]);
    const bytes = record(RecordType.handshake, all(short, Uint8Array.from(serverNameExtension('evil.test'))));
    for (const at of [bytes.length, 5 + short.length]) {
      const reader = new TlsReader();
      read(reader, ['originator', bytes.subarray(0, at)], ['originator', bytes.subarray(at)]);
      expect([reader.serverName, reader.sawClientHello]).toEqual([null, true]);
    }
  });

  test('split between records', () => {
    const reader = new TlsReader();
    read(
      reader,
      ['originator', record(RecordType.handshake, WIDE.subarray(0, 600))],
      ['originator', record(RecordType.handshake, WIDE.subarray(600))],
    );
    expect(reader.serverName).toBe('www.shop.test');
  });

  test('without a name, and not all of it', () => {
    const reader = new TlsReader();
    const bytes = record(RecordType.handshake, clientHello(extension(21, new Array(100).fill(0))));
    read(reader, ['originator', bytes.subarray(0, 60)]);
    expect([reader.serverName, reader.sawClientHello]).toEqual([null, false]);
    read(reader, ['originator', bytes.subarray(60)]);
    expect([reader.serverName, reader.sawClientHello]).toEqual([null, true]);
  });

  test('a connection seen from its middle has none', () => {
    const reader = new TlsReader();
    read(
      reader,
      ['originator', encrypted(40)],
      ['originator', HELLO],
      ['responder', record(RecordType.handshake, handshake(11, [0, 0]))],
    );
    expect(reader.summary()).toMatchObject({ serverName: null, sawClientHello: false, sawServerHello: false });
  });
});

describe('bytes that the capture cut or lost', () => {
  const opened = (): TlsReader => {
    const reader = new TlsReader();
    read(reader, ['originator', HELLO], ['responder', record(RecordType.handshake, serverHello(null))]);
    return reader;
  };

  test('record headers behind the cut: the rest counts as what it followed', () => {
    const reader = opened();
    expect(reader.read('responder', payload(data(100).subarray(0, 5), 300))).toBe(295); // one record of 100, then unseen
    expect(reader.read('responder', payload(new Uint8Array(0), 1448))).toBe(1448);
    expect(read(reader, ['responder', data(10)])).toEqual([10]);
    expect(reader.summary().applicationBytes.responder).toBe(100 + 195 + 1448 + 10);
  });

  test('the same in the handshake counts for nothing', () => {
    const reader = opened();
    expect(reader.read('responder', payload(encrypted(700).subarray(0, 20), 1448))).toBe(0);
    expect(reader.read('responder', payload(new Uint8Array(60).fill(0xee), 200))).toBe(0);
    expect(read(reader, ['responder', all(CCS, encrypted(40), data(9))])).toEqual([9]);
  });

  test('a lost segment inside a record, and one beyond it', () => {
    const reader = opened();
    read(reader, ['responder', data(3000).subarray(0, 1000)]);
    reader.skip('responder', 2005);
    expect(read(reader, ['responder', data(10)])).toEqual([10]);
    reader.skip('responder', 77);
    reader.skip('responder', 77);
    expect(read(reader, ['responder', Uint8Array.of(1, 2, 3)], ['responder', data(20)])).toEqual([3, 20]);
  });

  test('a ClientHello with a hole tells no name', () => {
    const reader = new TlsReader();
    read(reader, ['originator', HELLO.subarray(0, 60)]);
    reader.skip('originator', 10);
    read(reader, ['originator', HELLO.subarray(70)], ['originator', data(5)]);
    expect(reader.summary()).toMatchObject({ serverName: null, applicationBytes: { originator: 5 } });
  });

  test('a cut ServerHello was seen all the same', () => {
    const reader = new TlsReader();
    const bytes = record(RecordType.handshake, serverHello(null));
    reader.read('responder', payload(bytes.subarray(0, 20), bytes.length));
    expect(reader.sawServerHello).toBe(true);
  });

  test('any segmentation counts the same', () => {
    const bytes = all(
      HELLO,
      CCS,
      encrypted(40),
      data(100),
      data(0),
      data(70),
      record(RecordType.alert, new Uint8Array(26)),
    );
    fc.assert(
      fc.property(fc.array(fc.nat(60), { maxLength: 30 }), (lengths) => {
        const reader = new TlsReader();
        let [at, application] = [0, 0];
        for (const length of [...lengths, bytes.length]) {
          application += reader.read('originator', payload(bytes.subarray(at, at + length)));
          at = Math.min(bytes.length, at + length);
        }
        expect([application, reader.summary().applicationBytes.originator, reader.serverName]).toEqual([
          170,
          170,
          'www.shop.test',
        ]);
      }),
    );
  });

  test('never throws, and never counts more than there was', () => {
    const step = fc.record({ bytes: fc.uint8Array({ maxLength: 80 }), cut: fc.nat(100), lost: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const reader = opened();
        for (const { bytes, cut, lost } of steps) {
          if (lost) reader.skip('responder', cut);
          else
            expect(reader.read('responder', payload(bytes, bytes.length + cut))).toBeLessThanOrEqual(
              bytes.length + cut,
            );
        }
      }),
    );
  });
});

test('labels name the record a segment starts with', () => {
  const reader = new TlsReader();
  const label = (side: Side, bytes: Uint8Array): string | null => {
    reader.read(side, payload(bytes));
    return reader.labelOf(side, payload(bytes));
  };
  expect([
    label('originator', HELLO),
    label('responder', all(record(RecordType.handshake, serverHello(null)), encrypted(5))),
    label('originator', encrypted(40)),
    label('originator', CCS),
    label('responder', data(5)),
    label('responder', record(RecordType.alert, [1, 0])),
    label('responder', Uint8Array.of(0x41)),
  ]).toEqual([
    'ClientHello www.shop.test',
    'ServerHello',
    'Handshake',
    'ChangeCipherSpec',
    'Application Data',
    'Alert',
    null,
  ]);
});

test.each([
  { bytes: [22, 3, 1], expected: true },
  { bytes: [23, 3], expected: true },
  { bytes: [20, 3, 4, 0, 1], expected: true },
  { bytes: [22, 3, 5], expected: false },
  { bytes: [24, 3, 3], expected: false },
  { bytes: [22], expected: false },
  { bytes: [], expected: false },
])('startsLikeTls $bytes', ({ bytes, expected }) => {
  expect(startsLikeTls(Uint8Array.from(bytes))).toBe(expected);
});

describe('what node:tls sends', () => {
  const request = 'GET /secret HTTP/1.1\r\nHost: www.shop.test\r\n\r\n';
  const response = `HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n${'x'.repeat(3000)}`;
  /** AES-GCM: 8 bytes of nonce (TLS 1.2), 16 of tag, 1 of content type (TLS 1.3). */
  const overhead = { 'TLSv1.2': 24, 'TLSv1.3': 17 };

  function told(flights: readonly Flight[]): TcpStream {
    const story = storyOf({ responder: '10.0.0.2:443' }).handshake();
    for (const { from, bytes } of flights) story[from].send(bytes);
    return streamOf(story);
  }

  testIf(hasProgram('openssl'), 'needs openssl for a certificate').each(['TLSv1.2', 'TLSv1.3'] as const)(
    '%s',
    async (minVersion) => {
      const dir = await makeTempDir('flow-tls');
      try {
        const [key, cert] = [`${dir.path}/key.pem`, `${dir.path}/cert.pem`];
        const args = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=www.shop.test -days 1';
        execFileSync('openssl', [...args.split(' '), '-keyout', key, '-out', cert], { stdio: 'ignore' });
        const server = {
          key: readFileSync(key),
          cert: readFileSync(cert),
          ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256:TLS_AES_128_GCM_SHA256',
        };
        const stream = told(await recordTls({ server, minVersion, request, response }));
        expect(stream.protocol).toBe('tls');
        expect(stream.tls).toMatchObject({ serverName: 'www.shop.test', sawClientHello: true, sawServerHello: true });
        expect(stream.tls?.applicationBytes.originator).toBe(request.length + overhead[minVersion]);
        expect(stream.tls?.applicationBytes.responder).toBe(response.length + overhead[minVersion]);
        expect(stream.exchanges.map((e) => [e.requestState, e.framing])).toEqual([['complete', 'guessed']]);
        expect(stream.exchanges[0]?.responseState).toBe('complete');
        expect(stream.tls?.alerts.map((a) => a.from)).toEqual(['responder']);
        expect(stream.segments[3]?.label).toBe('ClientHello www.shop.test');
      } finally {
        await dir.remove();
      }
    },
  );
});
