import { describe, expect, test } from '@jest/globals';
import { buildTcpFrame, FrameWindow, LinkType, TcpFlag } from '@resetscope/wire';
import fc from 'fast-check';
import { MAX_RECORDS_LEN, unpackBlock } from './block.ts';
import { BlockBuilder, MAX_BLOCK_SPAN_US, type SealedBlock } from './block-builder.ts';
import { openBlockIndex } from './block-index.ts';
import type { RingFrame } from './ring-frame.ts';

const BASE_US = 1_795_000_000_000_000;

interface FrameFields {
  readonly tsUs?: number;
  readonly srcPort?: number;
  readonly flags?: number;
  readonly payload?: string;
  readonly linkType?: number;
  readonly seq?: number;
  /** From the server to the client. */
  readonly back?: boolean;
}

function frameOf({
  tsUs = BASE_US,
  srcPort = 51234,
  flags = TcpFlag.ACK,
  payload = '',
  linkType,
  seq = 1,
  back = false,
}: FrameFields): FrameWindow {
  const client = { address: '10.0.0.1', port: srcPort };
  const server = { address: '10.0.0.2', port: 80 };
  const [from, to] = back ? [server, client] : [client, server];
  const bytes = buildTcpFrame({
    src: from.address,
    dst: to.address,
    srcPort: from.port,
    dstPort: to.port,
    seq,
    flags,
    payload: new Uint8Array(Buffer.from(payload, 'latin1')),
  });
  return FrameWindow.of({
    frameNumber: 1,
    tsUs,
    linkType: linkType ?? LinkType.ETHERNET,
    wireLen: bytes.length,
    bytes,
  });
}

function cutFrame(capturedLen: number, wireLen: number = 54): FrameWindow {
  const { frame } = frameOf({});
  return FrameWindow.of({ ...frame, bytes: frame.bytes.subarray(0, capturedLen), wireLen });
}

async function framesOf(sealed: SealedBlock): Promise<readonly RingFrame[]> {
  return (await unpackBlock(sealed.block)) ?? [];
}

const anyFrame = fc.record({
  tsUs: fc.integer({ min: BASE_US, max: BASE_US + 400_000 }),
  srcPort: fc.nat(65535),
  flags: fc.nat(255),
  payload: fc.constantFrom(
    '',
    'body',
    'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc',
  ),
});

describe('BlockBuilder', () => {
  test('what goes in comes out: times, lengths, headers, in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyFrame, { minLength: 1, maxLength: 40 }), async (fields) => {
        const builder = new BlockBuilder();
        const frames = fields.map(frameOf);
        for (const [i, frame] of frames.entries()) expect(builder.add(frame, i)).toBe('stored');
        const kept = await framesOf(builder.seal()!);
        expect(kept.length).toBe(frames.length);
        for (const [i, frame] of kept.entries()) {
          const original = frames[i]!;
          expect(frame).toMatchObject({ tsUs: original.tsUs, wireLen: original.wireLen, linkType: 1, ifIndex: i });
          expect(frame.bytes).toEqual(original.bytes.subarray(0, frame.bytes.length));
          expect(frame.bytes.length).toBeGreaterThanOrEqual(54);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('annotations survive, heads are masked, bodies are gone', async () => {
    const builder = new BlockBuilder();
    builder.add(
      frameOf({ payload: 'POST /?token=S3CRET HTTP/1.1\r\nCookie: S3CRET\r\nContent-Length: 6\r\n\r\nS3CRET' }),
      1,
    );
    builder.add(frameOf({ payload: 'S3CRET in a body\r\n0\r\n\r\n' }), 1);
    const [request, body] = await framesOf(builder.seal()!);
    expect(Buffer.from(request!.bytes).toString('latin1', 54)).toBe(
      'POST /?token=****** HTTP/1.1\r\nCookie: ******\r\nContent-Length: 6\r\n\r\n',
    );
    expect(request!.annotations).toEqual({
      headLen: 67,
      contentLength: 6,
      chunked: false,
      headGoesOn: false,
      endsWithLastChunk: false,
    });
    expect(body!.bytes.length).toBe(54);
    expect(body!.annotations).toEqual({
      headLen: null,
      contentLength: null,
      chunked: false,
      headGoesOn: false,
      endsWithLastChunk: true,
    });
  });

  test('a secret split over segments survives in neither', async () => {
    const secret = 'S3CRET-S3CRET-S3CRET';
    const request = `GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${secret}\r\nCookie: ${secret}\r\n\r\n`;
    for (let cut = 1; cut < request.length; cut++) {
      const builder = new BlockBuilder();
      builder.add(frameOf({ payload: request.slice(0, cut) }), 1);
      builder.add(frameOf({ payload: request.slice(cut) }), 1);
      const frames = await framesOf(builder.seal()!);
      const kept = Buffer.concat(frames.map(({ bytes }) => bytes)).toString('latin1');
      expect(kept).not.toMatch(/S3|CRET/);
    }
  });

  test('bodies never get into a block, however they are cut and whatever they look like', async () => {
    const anyBody = fc
      .array(
        fc.constantFrom(
          'S3CRET',
          'GET /S3CRET HTTP/1.1\r\n\r\n',
          'HTTP/1.1 200 S3CRET\r\n\r\n',
          '\x16\x03\x01\x00\x06S3CRET',
          '\r\n',
          'abc',
        ),
        { maxLength: 8 },
      )
      .map((parts) => parts.join(''));
    const anyExchange = fc.record({
      request: anyBody,
      response: anyBody,
      chunked: fc.boolean(),
      size: fc.integer({ min: 1, max: 60 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(anyExchange, { minLength: 1, maxLength: 4 }), async (exchanges) => {
        const builder = new BlockBuilder();
        const next = [1000, 5000];
        builder.add(frameOf({ flags: TcpFlag.SYN, seq: 999 }), 1);
        const send = (server: 0 | 1, payload: string, size: number): void => {
          for (let at = 0; at < payload.length; at += size) {
            const piece = payload.slice(at, at + size);
            builder.add(frameOf({ payload: piece, seq: next[server] as number, back: server === 1 }), 1);
            next[server] = (next[server] as number) + piece.length;
          }
        };
        for (const { request, response, chunked, size } of exchanges) {
          send(0, `POST / HTTP/1.1\r\nContent-Length: ${request.length}\r\n\r\n`, 1000);
          send(0, request, size);
          const framing = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${response.length}`;
          send(1, `HTTP/1.1 200 OK\r\n${framing}\r\n\r\n`, 1000);
          if (chunked && response !== '') send(1, `${response.length.toString(16)}\r\n${response}\r\n`, size);
          else if (!chunked) send(1, response, size);
          if (chunked) send(1, '0\r\n\r\n', 1000);
        }
        const frames = await framesOf(builder.seal()!);
        const kept = frames.map(({ bytes }) => Buffer.from(bytes).toString('latin1', 54)).join('|');
        expect(kept).not.toContain('S3CRET');
        expect(kept.match(/POST/g)?.length).toBe(exchanges.length);
        expect(kept.match(/200 OK/g)?.length).toBe(exchanges.length);
      }),
    );
  });

  test('a packet that crossed several interfaces is kept once', async () => {
    const builder = new BlockBuilder({ severalInterfaces: true });
    const frame = frameOf({ payload: 'GET / HTTP/1.1\r\n\r\n' });
    expect([2, 3, 2].map((ifIndex) => builder.add(frame, ifIndex))).toEqual(['stored', 'copy', 'stored']);
    expect(await framesOf(builder.seal()!)).toHaveLength(2);
  });

  test('counts what begins and ends', () => {
    const builder = new BlockBuilder();
    builder.add(frameOf({ flags: TcpFlag.SYN }), 1);
    builder.add(frameOf({ flags: TcpFlag.SYN | TcpFlag.ACK, back: true }), 1);
    builder.add(frameOf({ flags: TcpFlag.ACK }), 1);
    builder.add(frameOf({ payload: 'GET / HTTP/1.1\r\n\r\n' }), 1);
    builder.add(frameOf({ flags: TcpFlag.RST, back: true }), 1);
    expect(builder.counts.opened).toBe(1);
    expect([...builder.counts.endings()]).toEqual([
      { kind: 'rst', by: 'acceptor', phase: 'after-request', connections: 1 },
    ]);
    expect(builder.connectionCount).toBe(1);
  });

  test('the frame is not touched', () => {
    const frame = frameOf({ payload: 'GET /?token=abc HTTP/1.1\r\n\r\n' });
    const before = frame.bytes.slice();
    new BlockBuilder().add(frame, 1);
    expect(frame.bytes).toEqual(before);
  });

  test('the index counts packets and SYNs and lists resets', () => {
    const builder = new BlockBuilder();
    builder.add(frameOf({ flags: TcpFlag.SYN }), 1);
    builder.add(frameOf({ flags: TcpFlag.RST | TcpFlag.ACK, tsUs: BASE_US + 5 }), 1);
    expect(builder.resetCount).toBe(1);
    const index = openBlockIndex(builder.seal()!.index)!;
    expect(index).toMatchObject({
      packets: 2,
      syns: 1,
      connectionCount: 1,
      firstUs: BASE_US,
      lastUs: BASE_US + 5,
    });
    const [reset] = index.resets;
    expect(reset).toMatchObject({
      tsUs: BASE_US + 5,
      src: '10.0.0.1',
      srcPort: 51234,
      dst: '10.0.0.2',
      dstPort: 80,
      flags: 20,
    });
    expect(builder.isEmpty).toBe(true);
    expect(builder.resetCount).toBe(0);
    expect(builder.seal()).toBeNull();
  });

  test.each([
    { name: 'an unknown link', frame: frameOf({ linkType: 147 }), outcome: 'unknown-link-type' },
    { name: 'too few bytes', frame: cutFrame(10, 10), outcome: 'malformed' },
    {
      name: 'a frame cut in its headers',
      frame: cutFrame(40),
      outcome: 'cut',
    },
  ])('$name is left out and named', ({ frame, outcome }) => {
    const builder = new BlockBuilder();
    expect(builder.add(frame, 1)).toBe(outcome);
    expect(builder.isEmpty).toBe(true);
  });

  test('is full by bytes', async () => {
    const builder = new BlockBuilder();
    const frame = frameOf({ payload: `GET /${'a'.repeat(700)} HTTP/1.1\r\n\r\n` });
    let count = 0;
    while (builder.add(frame, 1) === 'stored') count++;
    const frames = await framesOf(builder.seal()!);
    expect(frames).toHaveLength(count);
    const keptLen = frames.reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(keptLen).toBeGreaterThan(MAX_RECORDS_LEN);
    expect(builder.add(frame, 1)).toBe('stored');
  });

  test.each([1, -1])('is full by time, %i', (sign) => {
    const builder = new BlockBuilder();
    builder.add(frameOf({}), 1);
    expect(builder.add(frameOf({ tsUs: BASE_US + sign * (MAX_BLOCK_SPAN_US / 2) }), 1)).toBe('stored');
    expect(builder.add(frameOf({ tsUs: BASE_US + sign * (MAX_BLOCK_SPAN_US / 2 + 1) }), 1)).toBe('full');
  });
});
