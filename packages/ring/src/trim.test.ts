import { describe, expect, test } from '@jest/globals';
import { buildTcpFrame, FrameWindow, LinkType, PacketDecoder, TcpFlag } from '@resetscope/wire';
import { Trim } from './trim.ts';

/** Ethernet, IPv4 and TCP without options. */
const HEADERS_LEN = 54;
const LIMIT = 512;
const ROW = 3;

interface SegmentSpec {
  readonly payload: Uint8Array;
  readonly seq?: number;
  /** Bytes of the payload that were captured. */
  readonly captured?: number;
  readonly fromServer?: boolean;
}

function keep(trim: Trim, { payload, seq = 1, captured, fromServer = false }: SegmentSpec): void {
  const whole = buildTcpFrame({
    src: '10.0.0.1',
    dst: '10.0.0.2',
    srcPort: 51234,
    dstPort: 80,
    seq,
    flags: TcpFlag.PSH | TcpFlag.ACK,
    payload,
  });
  const bytes = captured === undefined ? whole : whole.subarray(0, HEADERS_LEN + captured);
  const decoder = new PacketDecoder();
  const frame = { frameNumber: 1, tsUs: 0, linkType: LinkType.ETHERNET, wireLen: whole.length, bytes };
  // The frame lies among other bytes, as in the kernel's ring.
  const window = FrameWindow.of({ ...frame, bytes: Uint8Array.from([...Array(10).fill(0x47), ...bytes, 0x47]) });
  window.start = 10;
  window.end = 10 + bytes.length;
  expect(decoder.decodeWindow(window)).toBe('tcp');
  trim.keepSegment(decoder.packet, 2 * ROW + (fromServer ? 1 : 0));
}

function decide(payload: Uint8Array): Trim {
  const trim = new Trim(LIMIT);
  keep(trim, { payload });
  return trim;
}

const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value, 'latin1'));
const NONE = {
  headLen: -1,
  contentLength: -1,
  chunked: false,
  endsWithLastChunk: false,
  headGoesOn: false,
  maskFrom: -1,
};

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
      expected: { ...NONE, headGoesOn: true, maskFrom: HEADERS_LEN },
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
  });
});

/** What was kept of each segment's payload, and its notes. */
function follow(
  segments: readonly (readonly [who: '>' | '<', payload: string, at?: number])[],
): readonly (readonly [number, number, number, boolean])[] {
  const trim = new Trim(LIMIT);
  const next = { '>': 1000, '<': 5000 };
  return segments.map(([who, payload, at]) => {
    const seq = at ?? next[who];
    next[who] = Math.max(next[who], seq + payload.length);
    keep(trim, { payload: text(payload), seq, fromServer: who === '<' });
    const { keptLen, headLen, contentLength, headGoesOn } = trim;
    return [keptLen - HEADERS_LEN, headLen, contentLength, headGoesOn];
  });
}

const NOTHING = [0, -1, -1, false];
const headOf = (head: string, contentLength = -1) => [head.length, head.length, contentLength, false];

describe('a segment of a body that begins like a head', () => {
  const get = 'GET / HTTP/1.1\r\n\r\n';
  const ok = (rest: string): string => `HTTP/1.1 200 OK\r\n${rest}\r\n`;
  const secret = 'GET /S3CRET HTTP/1.1\r\n\r\n';
  const post = (length: number): string => `POST / HTTP/1.1\r\nContent-Length: ${length}\r\n\r\n`;

  test('in a request of announced length is not kept; the request behind it is', () => {
    const head = post(secret.length);
    expect(
      follow([
        ['>', head],
        ['>', secret],
        ['>', get],
      ]),
    ).toEqual([headOf(head, secret.length), NOTHING, headOf(get)]);
  });

  test('in a response of announced length is not kept', () => {
    const head = ok(`Content-Length: ${ok('').length}\r\n`);
    const kept = follow([
      ['>', get],
      ['<', head],
      ['<', ok('')],
      ['>', get],
      ['<', ok('')],
    ]);
    expect(kept[2]).toEqual(NOTHING);
    expect(kept[4]).toEqual(headOf(ok('')));
  });

  test('in a chunked body is not kept before the last chunk', () => {
    const head = ok('Transfer-Encoding: chunked\r\n');
    const kept = follow([
      ['>', get],
      ['<', head],
      ['<', ok('')],
      ['<', 'abc\r\n0\r\n\r\n'],
      ['<', ok('')],
    ]);
    expect(kept[2]).toEqual(NOTHING);
    expect(kept[4]).toEqual(headOf(ok('')));
  });

  test('in a chunked body is not kept when the other side speaks between a size and its data, nor when it is sent again', () => {
    const post = 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n';
    const at = 1000 + post.length;
    const kept = follow([
      ['>', post],
      ['>', secret],
      ['>', '17\r\n'],
      ['<', ok('Content-Length: 0\r\n')],
      ['>', secret],
      ['>', secret, at],
      ['>', '\r\n0\r'],
      ['>', '\n\r\n'],
      ['>', get],
    ]);
    expect(kept.map(([length]) => length)).toEqual([
      post.length,
      0,
      0,
      ok('Content-Length: 0\r\n').length,
      0,
      0,
      0,
      0,
      get.length,
    ]);
  });

  test('that overtakes its head is not kept; the head is', () => {
    const trim = new Trim(LIMIT);
    trim.starts(2 * ROW, 1000);
    const head = post(secret.length);
    const keptOf = (payload: string, seq: number): number => {
      keep(trim, { payload: text(payload), seq });
      return trim.keptLen - HEADERS_LEN;
    };
    expect([keptOf(secret, 1000 + head.length), keptOf(head, 1000), keptOf(secret, 1000 + head.length)]).toEqual([
      0,
      head.length,
      0,
    ]);
    expect(keptOf(get, 1000 + head.length + secret.length)).toBe(get.length);
  });

  test('what is missing is waited for until the other side begins a message', () => {
    const trim = new Trim(LIMIT);
    trim.starts(2 * ROW, 1000);
    const keptOf = (payload: string, seq: number, fromServer = false): number => {
      keep(trim, { payload: text(payload), seq, fromServer });
      return trim.keptLen - HEADERS_LEN;
    };
    expect([keptOf(get, 1500), keptOf(ok(''), 5000, true), keptOf(get, 1600)]).toEqual([0, ok('').length, get.length]);
  });

  test('in a body up to the close is not kept, whatever the other side says', () => {
    const kept = follow([
      ['>', get],
      ['<', ok('')],
      ['<', ok('')],
      ['>', get],
      ['<', ok('')],
    ]);
    expect(kept.map((_, i) => kept[i]?.[0])).toEqual([get.length, ok('').length, 0, get.length, 0]);
  });

  test('in bytes whose beginning was not captured is not kept', () => {
    const kept = follow([
      ['>', 'the middle of a body'],
      ['>', secret],
      ['<', ok('')],
      ['>', get],
    ]);
    expect(kept[1]).toEqual(NOTHING);
    expect(kept[3]).toEqual(headOf(get));
  });

  test('in a tunnel, behind an upgrade or CONNECT, is not kept', () => {
    const upgraded = 'HTTP/1.1 101 Switching Protocols\r\n\r\n';
    const afterUpgrade = follow([
      ['>', get],
      ['<', upgraded],
      ['>', secret],
      ['<', ok('')],
    ]);
    expect(afterUpgrade.slice(2)).toEqual([NOTHING, NOTHING]);
    const connect = 'CONNECT a:1 HTTP/1.1\r\n\r\n';
    const tunnelled = follow([
      ['>', connect],
      ['<', ok('')],
      ['>', secret],
      ['<', ok('')],
    ]);
    expect(tunnelled.slice(2)).toEqual([NOTHING, NOTHING]);
  });

  test('in a tunnel whose head speaks of chunks is not kept either', () => {
    const upgraded = 'HTTP/1.1 101 Switching Protocols\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n';
    expect(
      follow([
        ['>', get],
        ['<', upgraded],
        ['<', ok('')],
      ])[2],
    ).toEqual(NOTHING);
  });

  test('TLS and HTTP/2 connections have no HTTP/1 heads', () => {
    expect(
      follow([
        ['>', '\x16\x03\x01\x00\x02ab'],
        ['>', secret],
        ['<', ok('')],
      ]).slice(1),
    ).toEqual([NOTHING, NOTHING]);
    expect(
      follow([
        ['>', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
        ['>', secret],
        ['<', ok('')],
      ]).slice(1),
    ).toEqual([NOTHING, NOTHING]);
  });
});

describe('a head', () => {
  const get = 'GET / HTTP/1.1\r\n\r\n';
  const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n';

  test('after a response without a body is kept: HEAD, 204, 304, 100', () => {
    const head = 'HEAD / HTTP/1.1\r\n\r\n';
    expect(
      follow([
        ['>', head],
        ['<', ok],
        ['>', get],
        ['<', ok],
      ])[3],
    ).toEqual(headOf(ok, 5));
    for (const status of ['100 Continue', '204 No Content', '304 Not Modified']) {
      const empty = `HTTP/1.1 ${status}\r\n\r\n`;
      expect(
        follow([
          ['>', get],
          ['<', empty],
          ['<', ok],
        ])[2],
      ).toEqual(headOf(ok, 5));
    }
  });

  test('sent again is kept again', () => {
    const post = 'POST / HTTP/1.1\r\nContent-Length: 90\r\n\r\n';
    const kept = follow([
      ['>', post, 1000],
      ['>', 'abc'],
      ['>', post, 1000],
    ]);
    expect(kept[2]).toEqual(kept[0]);
  });

  test('that comes after the bytes behind it is kept', () => {
    const post = 'POST / HTTP/1.1\r\nContent-Length: 90\r\n\r\n';
    const kept = follow([
      ['>', 'a body', 1000 + post.length],
      ['>', post, 1000],
    ]);
    expect(kept).toEqual([NOTHING, headOf(post, 90)]);
  });

  test.each([
    { name: 'between lines', parts: ['POST / HTTP/1.1\r\nA: b\r\n', 'Content-Length: 17\r\n\r\nxyz'] },
    { name: 'within a field', parts: ['POST / HTTP/1.1\r\nA: b\r\nContent-Le', 'ngth: 17\r\n\r\nxyz'] },
    { name: 'within a number', parts: ['POST / HTTP/1.1\r\nContent-Length: 1', '7\r\n\r\nxyz'] },
    { name: 'within the end', parts: ['POST / HTTP/1.1\r\nContent-Length: 17\r\n\r', '\nxyz'] },
    { name: 'three times', parts: ['POST / HTTP/1.1\r\nContent-Len', 'gth: 1', '7\r\nB: c\r\n\r\nxyz'] },
  ])('over several segments is read to its end: cut $name', ({ parts }) => {
    const kept = follow(parts.map((part) => ['>', part]));
    const first = parts[0] as string;
    const last = parts.at(-1) as string;
    expect(kept[0]).toEqual([first.length, -1, -1, true]);
    for (const middle of kept.slice(1, -1)) expect(middle).toEqual([0, -1, -1, true]);
    expect(kept.at(-1)).toEqual([0, last.length - 3, 17, false]);
  });

  test('whose next segment is missing has no end', () => {
    const kept = follow([
      ['>', 'GET / HTTP/1.1\r\nA: b\r\n'],
      ['>', 'C: d\r\n\r\n', 9000],
    ]);
    expect(kept[1]).toEqual(NOTHING);
  });

  test('cut by the capture has no end either', () => {
    const trim = new Trim(LIMIT);
    keep(trim, { payload: text(get), captured: 10 });
    expect(trim).toMatchObject({ ...NONE, keptLen: HEADERS_LEN + 10, maskFrom: HEADERS_LEN });
  });
});

describe('a PROXY protocol header', () => {
  const get = 'GET /?token=abc HTTP/1.1\r\n\r\n';
  const v1 = 'PROXY TCP4 192.0.2.7 192.0.2.1 56324 443\r\n';
  const addresses = '\xc0\x00\x02\x07\xc0\x00\x02\x01\xdc\x04\x01\xbb';
  const v2 = (tlvs: string): string =>
    `\r\n\r\n\0\r\nQUIT\n\x21\x11\0${String.fromCharCode(12 + tlvs.length)}${addresses}${tlvs}`;

  test.each([
    { name: 'version 1', header: v1 },
    { name: 'version 2', header: v2('') },
  ])('$name is kept with the head behind it, whose length counts from the payload', ({ header }) => {
    const trim = decide(text(header + get));
    expect(trim).toMatchObject({
      keptLen: HEADERS_LEN + header.length + get.length,
      headLen: header.length + get.length,
      maskFrom: HEADERS_LEN + header.length,
    });
  });

  test('in a segment of its own is kept, and so is the request behind it', () => {
    expect(
      follow([
        ['>', v1],
        ['>', get],
      ]),
    ).toEqual([[v1.length, -1, -1, false], headOf(get)]);
  });

  test('before TLS', () => {
    expect(follow([['>', `${v1}\x16\x03\x01\x00\x02ab`]])).toEqual([[v1.length + 7, -1, -1, false]]);
  });

  test('keeps its addresses and hides what else it says', () => {
    const long = v2('T'.repeat(100));
    const trim = decide(text(long + get));
    expect([trim.hideFrom, trim.hideTo]).toEqual([HEADERS_LEN + 28, HEADERS_LEN + long.length]);
  });
});
