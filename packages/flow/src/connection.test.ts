import { describe, expect, test } from '@jest/globals';
import { TcpStory } from '@resetscope/testkit';
import { buildTcpFrame, type CapturedFrame, LinkType, PacketDecoder, TcpFlag } from '@resetscope/wire';
import fc from 'fast-check';
import { storyOf, streamOf } from '../test-data/follow.ts';
import { Connection, Shared } from './connection.ts';
import { FlowTracker } from './flow-tracker.ts';
import { snapshot } from './snapshot.ts';
import type { TcpStream } from './tcp-stream.ts';

const GET = 'GET /a HTTP/1.1\r\nHost: www.shop.test\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
const UNTIL_CLOSE = 'HTTP/1.1 200 OK\r\n\r\n';

/** One line an exchange. */
const lines = (stream: TcpStream): readonly string[] =>
  stream.exchanges.map((e) => `${e.method} ${e.target} ${e.requestState}, ${e.status} ${e.responseState}`);

const DONE = ['GET /a complete, 200 complete'];

describe('an exchange', () => {
  test('in order', () => {
    const story = storyOf().handshake();
    story.originator.send(GET);
    story.responder.send(OK);
    story.originator.ack();
    const stream = streamOf(story);
    expect(lines(stream)).toEqual(DONE);
    expect(stream).toMatchObject({
      originator: { address: '10.0.0.1', port: 51000 },
      responder: { address: '10.0.0.2', port: 80 },
      sawSyn: true,
      sawSynAck: true,
      established: true,
      protocol: 'http1',
      halves: {
        originator: { packets: 4, payloadBytes: GET.length, isn: 1000, usesTimestamps: true, ttl: 64, missedBytes: 0 },
        responder: { packets: 2, payloadBytes: OK.length, isn: 5000, retransmissions: 0 },
      },
      last: { acked: { originator: GET.length, responder: OK.length } },
    });
    expect(stream.segments.map((s) => s.label).filter((label) => label !== '')).toEqual(['GET /a', '200']);
  });

  test.each([
    { name: 'wrapping', isn: 0xffff_ffff - 10 },
    { name: 'zero', isn: 0 },
    { name: 'all ones', isn: 0xffff_ffff },
    { name: 'half way', isn: 0x7fff_fff8 },
  ])('sequence numbers: $name', ({ isn }) => {
    const story = storyOf({ ends: { originator: { isn }, responder: { isn } } }).handshake();
    story.originator.send(GET);
    story.responder.send(OK.slice(0, 9));
    story.responder.send(OK.slice(9));
    story.originator.rst();
    const stream = streamOf(story);
    expect(lines(stream)).toEqual(DONE);
    expect(stream.endings[0]).toMatchObject({
      relativeSeq: 1 + GET.length,
      relativeAck: 1 + OK.length,
      shape: 'active',
    });
  });

  test('retransmissions count once', () => {
    const story = storyOf().handshake();
    story.originator.retransmit(story.originator.send(GET));
    story.responder.send(OK);
    const stream = streamOf(story);
    expect([lines(stream), stream.halves.originator.retransmissions, stream.history]).toEqual([DONE, 1, 'ShADTd']);
  });

  test('segments out of order; the label goes to the segment of the head', () => {
    const story = storyOf().handshake();
    story.originator.send(GET);
    const first = story.responder.send(OK.slice(0, 5), { push: false });
    const second = story.responder.send(OK.slice(5) + OK, { push: true });
    story.reorder(second, first);
    const stream = streamOf(story);
    expect(lines(stream)).toEqual([...DONE, 'null null complete, 200 complete']);
    expect(stream.segments.map((s) => s.label)).toEqual(['', '', '', 'GET /a', '200', '200']);
  });

  test('the first segments out of order: the protocol is told by the first byte', () => {
    const story = storyOf().handshake();
    const first = story.originator.send(GET.slice(0, 30));
    const second = story.originator.send(GET.slice(30));
    story.reorder(second, first);
    story.responder.send(OK);
    const stream = streamOf(story);
    expect([stream.protocol, lines(stream)]).toEqual(['http1', DONE]);
  });

  test('a head in two segments is labelled where it begins', () => {
    const story = storyOf().handshake();
    story.originator.send(GET.slice(0, 20));
    story.originator.send(GET.slice(20));
    expect(streamOf(story).segments.map((s) => s.label)).toEqual(['', '', '', 'GET /a', '']);
  });

  test('data in the SYN (RFC 7413)', () => {
    const story = storyOf();
    story.originator.send(GET, { flags: TcpFlag.SYN, ack: 0 });
    story.responder.synAck({ ack: 1001 + GET.length });
    story.responder.send(OK);
    const stream = streamOf(story);
    expect(lines(stream)).toEqual(DONE);
    expect(stream.last.acked.originator).toBe(GET.length);
  });

  test('keep-alive probes are no data', () => {
    const story = storyOf().handshake();
    story.originator.send(GET);
    story.responder.send(OK);
    story.originator.send('\0', { seq: 1000 + GET.length, push: false });
    story.originator.ack({ seq: 1000 + GET.length });
    story.originator.send(GET);
    const stream = streamOf(story);
    expect(lines(stream)).toEqual([...DONE, 'GET /a complete, null none']);
  });
});

describe('a PROXY protocol header', () => {
  const HEADER = 'PROXY TCP4 203.0.113.9 10.0.0.2 4000 80\r\n';
  const SOURCE = { len: HEADER.length, sourceAddress: '203.0.113.9', sourcePort: 4000 };

  test.each([
    { name: 'in a segment of its own', pieces: [HEADER, GET] },
    { name: 'before the request', pieces: [HEADER + GET] },
    { name: 'in pieces', pieces: [HEADER.slice(0, 15), HEADER.slice(15) + GET.slice(0, 3), GET.slice(3)] },
  ])('$name', ({ pieces }) => {
    const story = storyOf().handshake();
    for (const piece of pieces) story.originator.send(piece);
    story.responder.send(OK);
    story.originator.ack();
    const stream = streamOf(story);
    expect([stream.protocol, lines(stream), stream.proxyHeader]).toEqual(['http1', DONE, SOURCE]);
    expect(stream.exchanges[0]).toMatchObject({ requestStart: HEADER.length, requestEnd: HEADER.length + GET.length });
  });

  test('is labelled, and comes once', () => {
    const story = storyOf().handshake();
    story.originator.send(HEADER + GET);
    story.originator.send(HEADER);
    expect(streamOf(story).segments.map((s) => s.label)).toEqual(['', '', '', 'PROXY 203.0.113.9, GET /a', '']);
  });

  test('of the responder is none', () => {
    const story = storyOf().handshake();
    story.responder.send(HEADER);
    expect(streamOf(story).proxyHeader).toBeNull();
  });
});

describe('who is the originator where no SYN was captured', () => {
  const found = (responders: ReadonlySet<string>): string => {
    const story = new TcpStory({ originator: '10.0.0.1:33000', responder: '10.0.0.2:46000' });
    story.responder.rst();
    const streams: TcpStream[] = [];
    const tracker = new FlowTracker({ wanted: () => true, streamEnded: (s) => streams.push(s), responders });
    const decoder = new PacketDecoder();
    for (const frame of story.frames) if (decoder.decode(frame) === 'tcp') tracker.add(decoder.packet);
    tracker.end();
    return streams.map((s) => `${s.originator.port} ${s.history}`).join();
  };

  test('the end of the higher port, unless it is known to answer', () => {
    expect(found(new Set())).toBe('46000 R');
    expect(found(new Set(['10.0.0.2 46000']))).toBe('33000 ^r');
    expect(found(new Set(['10.0.0.2 46000', '10.0.0.1 33000']))).toBe('46000 R');
  });
});

describe('what the capture lost', () => {
  test('inside a body: counted, the framing holds', () => {
    const story = storyOf().handshake();
    story.originator.send(GET);
    story.responder.send(OK.slice(0, -4));
    story.lose(story.responder.send('el'));
    story.responder.send('lo');
    story.originator.ack();
    const stream = streamOf(story);
    expect(lines(stream)).toEqual(DONE);
    expect([stream.halves.responder.missedBytes, stream.exchanges[0]?.framing]).toEqual([2, 'exact']);
  });

  test('at the end of what was sent: known by the acknowledgment alone', () => {
    const story = storyOf().handshake();
    story.originator.send(GET);
    story.lose(story.responder.send(OK));
    story.originator.ack();
    const stream = streamOf(story);
    expect(stream.halves.responder).toMatchObject({ missedBytes: OK.length, payloadBytes: OK.length });
  });

  test('an ACK that the capture holds before its data loses nothing', () => {
    const story = storyOf().handshake();
    story.originator.send(GET);
    const data = story.responder.send(OK);
    const ack = story.originator.ack();
    story.reorder(ack, data);
    const stream = streamOf(story);
    expect([lines(stream), stream.halves.responder.missedBytes]).toEqual([DONE, 0]);
    expect(stream.halves.responder.retransmissions).toBe(0);
  });

  test('a gap is told in the history, when the direction was seen and it is not the end', () => {
    const story = storyOf().handshake();
    story.originator.send(GET);
    story.responder.ack();
    story.lose(story.responder.send(OK));
    story.originator.ack();
    expect(streamOf(story).history).toBe('ShADag');
  });

  test('one direction only', () => {
    const story = storyOf();
    story.originator.syn();
    story.lose(story.responder.synAck());
    story.originator.ack();
    story.originator.send(GET);
    story.lose(story.responder.send(OK));
    story.originator.ack();
    story.originator.rst();
    const stream = streamOf(story);
    expect(lines(stream)).toEqual(['GET /a complete, null none']);
    expect(stream).toMatchObject({
      sawSynAck: false,
      established: false,
      history: 'SADR',
      teardown: 'rst-only-active',
    });
    expect(stream.halves.responder).toMatchObject({ packets: 0, ttl: null, missedBytes: OK.length, isn: 5000 });
  });
});

describe('the end of a body that only a FIN ends', () => {
  test('on the FIN', () => {
    const story = storyOf().handshake();
    story.originator.send(GET);
    story.responder.send(UNTIL_CLOSE);
    story.responder.fin('all');
    expect(lines(streamOf(story))).toEqual(DONE);
  });

  test('not before the bytes that the FIN overtook', () => {
    const story = storyOf().handshake();
    story.originator.send(GET);
    story.responder.send(UNTIL_CLOSE);
    const tail = story.responder.send('tail');
    const fin = story.responder.fin();
    story.reorder(fin, tail);
    const stream = streamOf(story);
    expect(lines(stream)).toEqual(DONE);
    expect(stream.exchanges[0]?.responseEnd).toBe(UNTIL_CLOSE.length + 4);
  });

  test('when the other side acknowledged the FIN, though the capture lost the bytes before it', () => {
    const story = storyOf().handshake();
    story.originator.send(GET);
    story.responder.send(UNTIL_CLOSE);
    story.lose(story.responder.send('tail'));
    story.responder.fin();
    expect(lines(streamOf(story))).toEqual(['GET /a complete, 200 partial']);
    story.originator.ack();
    const stream = streamOf(story);
    expect([lines(stream), stream.halves.responder.missedBytes]).toEqual([DONE, 4]);
  });
});

describe('who is the originator', () => {
  /** A capture that begins after the handshake. */
  function midway(originator: string, responder: string): TcpStory {
    const story = new TcpStory({ originator, responder });
    return story.lose(story.originator.syn(), story.responder.synAck(), story.originator.ack());
  }

  test.each([
    {
      name: 'a request, of the lower port',
      originator: '10.0.0.1:1024',
      responder: '10.0.0.2:8080',
      tell: (s: TcpStory) => s.originator.send(GET),
    },
    {
      name: 'a response, of the higher port',
      originator: '10.0.0.1:1024',
      responder: '10.0.0.2:8080',
      tell: (s: TcpStory) => s.responder.send(OK),
    },
    {
      name: 'a response, of the lower port',
      originator: '10.0.0.1:51000',
      responder: '10.0.0.2:80',
      tell: (s: TcpStory) => s.responder.send(OK),
    },
    {
      name: 'ports alone',
      originator: '10.0.0.1:51000',
      responder: '10.0.0.2:80',
      tell: (s: TcpStory) => s.responder.ack(),
    },
    {
      name: 'a SYN+ACK',
      originator: '10.0.0.1:79',
      responder: '10.0.0.2:80',
      tell: (s: TcpStory) => s.responder.synAck(),
    },
    {
      name: 'a SYN after a stray RST',
      originator: '10.0.0.1:79',
      responder: '10.0.0.2:80',
      tell: (s: TcpStory) => [s.responder.rst(), s.originator.syn({ seq: s.originator.isn })],
    },
  ])('$name', ({ originator, responder, tell }) => {
    const story = midway(originator, responder);
    tell(story);
    const stream = streamOf(story);
    expect(`${stream.originator.address}:${stream.originator.port}`).toBe(originator);
  });

  test('endings before the flip are turned round with it', () => {
    const story = midway('10.0.0.1:1024', '10.0.0.2:8080');
    story.originator.fin();
    story.responder.send(OK);
    story.responder.fin();
    const stream = streamOf(story);
    expect(stream.endings.map((e) => [e.kind, e.from])).toEqual([
      ['fin', 'originator'],
      ['fin', 'responder'],
    ]);
    expect(stream.endings[1]?.before).toMatchObject({ fin: { originator: true }, sent: { responder: OK.length } });
    expect([stream.history, stream.segments[0]?.from]).toEqual(['Fdf', 'originator']);
  });

  test('bytes from the middle of a body: the next message counts', () => {
    const story = midway('10.0.0.1:1024', '10.0.0.2:8080');
    story.responder.send('the end of a body');
    story.originator.ack();
    story.originator.send(GET);
    story.responder.send(OK);
    story.originator.ack();
    const stream = streamOf(story);
    expect([stream.protocol, lines(stream), stream.originator.port]).toEqual(['http1', DONE, 1024]);
    expect(stream.exchanges[0]).toMatchObject({
      requestStart: 0,
      responseStart: 17,
      responseEnd: 17 + OK.length,
      framing: 'exact',
    });
    expect(stream.exchangeCount).toBe(1);
  });

  test('a connection seen from its SYN stays what its first bytes were', () => {
    const story = storyOf().handshake();
    story.originator.send('\x01\x02');
    story.responder.send(OK);
    expect(streamOf(story).protocol).toBe('unknown');
  });

  test('a retransmission that began before the capture gives what is new', () => {
    const story = midway('10.0.0.1:51000', '10.0.0.2:80');
    story.originator.ack({ seq: story.originator.isn + 1 });
    story.originator.send(`xxxxx${GET}`, { seq: story.originator.isn + 1 - 5 });
    expect(lines(streamOf(story))).toEqual(['GET /a complete, null none']);
  });
});

describe('other protocols', () => {
  test('turns', () => {
    const story = storyOf({ responder: '10.0.0.2:9000' }).handshake();
    story.originator.send('\x01\x01\0\x01', { push: false });
    story.originator.send('more');
    story.responder.send('\x01\x06\0\x01');
    story.originator.send('next');
    const stream = streamOf(story);
    expect(stream.protocol).toBe('unknown');
    expect(stream.exchanges.map((e) => [e.requestState, e.responseState, e.framing])).toEqual([
      ['complete', 'complete', 'guessed'],
      ['complete', 'none', 'guessed'],
    ]);
  });

  test('HTTP/2 by its preface', () => {
    const story = storyOf().handshake();
    story.originator.send('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    expect(streamOf(story).protocol).toBe('http2');
  });
});

test('sixteen endings are kept, all resets counted', () => {
  const story = storyOf().handshake();
  for (let i = 0; i < 40; i++) story.responder.statelessRst();
  const stream = streamOf(story);
  expect([stream.endings.length, stream.rstCount]).toEqual([16, 40]);
});

test('relative numbers follow a SYN+ACK that comes after a RST, as in Wireshark', () => {
  const story = storyOf();
  story.originator.syn();
  story.responder.rst({ seq: 0 });
  story.responder.synAck();
  const { endings, halves } = streamOf(story);
  expect([endings[0]?.relativeSeq, halves.responder.isn]).toEqual([(0 - 5000) >>> 0, 5000]);
});

test('hints reach the reader of the message', () => {
  const story = storyOf().handshake();
  story.originator.send(GET);
  const decoder = new PacketDecoder();
  const frames = story.frames;
  decoder.decode(frames[0]!);
  const connection = new Connection(0, decoder.packet, new Shared());
  for (const [at, frame] of frames.entries()) {
    const cut = { ...frame, bytes: frame.bytes.subarray(0, 66 + 10) };
    decoder.decode(at === 3 ? cut : frame);
    const hints = {
      headLen: GET.length,
      contentLength: null,
      chunked: false,
      headGoesOn: false,
      endsWithLastChunk: false,
    };
    connection.add(decoder.packet, at === 1 ? 1 : 0, at === 3 ? hints : null);
  }
  expect(connection.conversation.current()).toMatchObject({
    method: 'GET',
    requestState: 'complete',
    framing: 'exact',
  });
});

describe('any segments', () => {
  const segment = fc.record({
    from: fc.nat(1),
    flags: fc.oneof(fc.constantFrom(2, 18, 16, 24, 17, 4, 20), fc.nat(255)),
    seq: fc.oneof(fc.integer({ min: 990, max: 1100 }), fc.nat(0xffff_ffff)),
    ack: fc.oneof(fc.integer({ min: 990, max: 1100 }), fc.nat(0xffff_ffff)),
    window: fc.constantFrom(0, 500),
    payload: fc.oneof(
      fc.constantFrom(GET, OK, UNTIL_CLOSE, '\x16\x03\x01\0\x05hello', '5\r\n'),
      fc.string({ maxLength: 40 }),
    ),
    cut: fc.nat(20),
  });

  test('never throw, and the stream adds up', () => {
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 60 }), (segments) => {
        const decoder = new PacketDecoder();
        const shared = new Shared();
        let connection: Connection | null = null;
        for (const [at, s] of segments.entries()) {
          expect(decoder.decode(frameOf(s, at + 1))).toBe('tcp');
          connection ??= new Connection(0, decoder.packet, shared);
          connection.add(decoder.packet, s.from === segments[0]?.from ? 0 : 1, null);
        }
        if (connection === null) return;
        const [a, b] = connection.halves;
        expect(a.packets + b.packets).toBe(segments.length);
        for (const half of [a, b]) {
          expect(half.acked).toBeLessThanOrEqual(half.sent);
          expect(half.captured).toBeLessThanOrEqual(half.sent);
          expect(half.missedBytes).toBeGreaterThanOrEqual(0);
        }
        expect(connection.rstCount).toBe(segments.filter((s) => (s.flags & TcpFlag.RST) !== 0).length);
      }),
      { numRuns: 300 },
    );
  });

  /** Mostly what an open connection looks like, so that the short way is taken, with everything else between. */
  const step = fc.record({
    from: fc.nat(1),
    kind: fc.constantFrom(
      'data',
      'data',
      'data',
      'ack',
      'ack',
      'repeat',
      'hole',
      'old-ack',
      'far-ack',
      'zero',
      'fin',
      'rst',
      'syn',
    ),
    payload: fc.constantFrom(GET, OK, 'HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n', 'x'.repeat(30)),
  });

  test('the short way for orderly packets leads to the same', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const next = [101, 501];
        const fields = (from: number): Parameters<typeof frameOf>[0] => ({
          from,
          flags: TcpFlag.ACK,
          seq: next[from]!,
          ack: next[1 - from]!,
          window: 500,
          payload: '',
          cut: 0,
        });
        const frames = [
          { ...fields(0), flags: TcpFlag.SYN, seq: 100, ack: 0 },
          { ...fields(1), flags: TcpFlag.SYN | TcpFlag.ACK, seq: 500 },
          fields(0),
        ];
        for (const { from, kind, payload } of steps) {
          const base = fields(from);
          if (kind === 'data') frames.push({ ...base, payload, flags: TcpFlag.ACK | TcpFlag.PSH });
          if (kind === 'data') next[from]! += payload.length;
          if (kind === 'ack') frames.push(base);
          if (kind === 'repeat') frames.push({ ...base, seq: base.seq - 7, payload });
          if (kind === 'hole') frames.push({ ...base, seq: base.seq + 9, payload });
          if (kind === 'old-ack') frames.push({ ...base, ack: base.ack - 5 });
          if (kind === 'far-ack') frames.push({ ...base, ack: base.ack + 11 });
          if (kind === 'zero') frames.push({ ...base, window: 0 });
          if (kind === 'fin') frames.push({ ...base, flags: TcpFlag.ACK | TcpFlag.FIN });
          if (kind === 'rst') frames.push({ ...base, flags: TcpFlag.ACK | TcpFlag.RST });
          if (kind === 'syn') frames.push({ ...base, flags: TcpFlag.SYN });
        }
        const tell = (how: 'add' | 'addAny'): unknown => {
          const decoder = new PacketDecoder();
          const shared = new Shared();
          let connection: Connection | null = null;
          for (const [at, frame] of frames.entries()) {
            decoder.decode(frameOf(frame, at + 1));
            connection ??= new Connection(0, decoder.packet, shared);
            connection[how](decoder.packet, frame.from as 0 | 1, null);
          }
          return connection === null ? null : snapshot(connection, shared.log);
        };
        expect(tell('add')).toEqual(tell('addAny'));
      }),
      { numRuns: 500 },
    );
  });

  function frameOf(
    s: { from: number; flags: number; seq: number; ack: number; window: number; payload: string; cut: number },
    frameNumber: number,
  ): CapturedFrame {
    const [src, dst] = s.from === 0 ? ['10.0.0.1', '10.0.0.2'] : ['10.0.0.2', '10.0.0.1'];
    const [srcPort, dstPort] = s.from === 0 ? [51000, 80] : [80, 51000];
    const payload = Uint8Array.from(s.payload, (c) => c.charCodeAt(0));
    const bytes = buildTcpFrame({
      src,
      dst,
      srcPort,
      dstPort,
      flags: s.flags,
      seq: s.seq,
      ack: s.ack,
      window: s.window,
      payload,
    } as const);
    const kept = Math.max(54, bytes.length - s.cut);
    return {
      frameNumber,
      tsUs: frameNumber,
      linkType: LinkType.ETHERNET,
      wireLen: bytes.length,
      bytes: bytes.subarray(0, kept),
    };
  }
});
