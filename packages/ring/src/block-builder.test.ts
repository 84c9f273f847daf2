import { describe, expect, test } from '@jest/globals';
import { buildTcpFrame, FrameWindow, LinkType, TcpFlag } from '@resetscope/wire';
import fc from 'fast-check';
import { packBlock, type ReadRecord, readRecord, unpackBlock } from './block.ts';
import { BLOCK_LEN, BlockBuilder, MAX_BLOCK_SPAN_US, type SealedBlock } from './block-builder.ts';

const BASE_US = 1_795_000_000_000_000;

interface FrameFields {
  readonly tsUs?: number;
  readonly srcPort?: number;
  readonly flags?: number;
  readonly payload?: string;
  readonly linkType?: number;
}

function frameOf({
  tsUs = BASE_US,
  srcPort = 51234,
  flags = TcpFlag.ACK,
  payload = '',
  linkType,
}: FrameFields): FrameWindow {
  const bytes = buildTcpFrame({
    src: '10.0.0.1',
    dst: '10.0.0.2',
    srcPort,
    dstPort: 80,
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

async function recordsOf(sealed: SealedBlock): Promise<readonly ReadRecord[]> {
  const records = await unpackBlock(await packBlock(sealed.records));
  const list: ReadRecord[] = [];
  for (let record = readRecord(records!, 0); record !== null; record = readRecord(records!, record.next))
    list.push(record);
  return list;
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
        const records = await recordsOf(builder.seal()!);
        expect(records.length).toBe(frames.length);
        for (const [i, { frame }] of records.entries()) {
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
    const [request, body] = await recordsOf(builder.seal()!);
    expect(Buffer.from(request!.frame.bytes).toString('latin1', 54)).toBe(
      'POST /?token=****** HTTP/1.1\r\nCookie: ******\r\nContent-Length: 6\r\n\r\n',
    );
    expect(request!.frame.annotations).toEqual({
      headLen: 67,
      contentLength: 6,
      chunked: false,
      endsWithLastChunk: false,
    });
    expect(body!.frame.bytes.length).toBe(54);
    expect(body!.frame.annotations).toEqual({
      headLen: null,
      contentLength: null,
      chunked: false,
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
      const { records } = builder.seal()!;
      expect(Buffer.from(records.bytes).toString('latin1')).not.toMatch(/S3|CRET/);
    }
  });

  test('the frame is not touched', () => {
    const frame = frameOf({ payload: 'GET /?token=abc HTTP/1.1\r\n\r\n' });
    const before = frame.bytes.slice();
    new BlockBuilder().add(frame, 1);
    expect(frame.bytes).toEqual(before);
  });

  test('the index counts packets and SYNs and lists resets with the position of their record', async () => {
    const builder = new BlockBuilder();
    builder.add(frameOf({ flags: TcpFlag.SYN }), 1);
    builder.add(frameOf({ flags: TcpFlag.RST | TcpFlag.ACK, tsUs: BASE_US + 5 }), 1);
    expect(builder.resetCount).toBe(1);
    const sealed = builder.seal()!;
    expect(sealed.index).toMatchObject({
      packets: 2,
      syns: 1,
      connectionCount: 1,
      firstUs: BASE_US,
      lastUs: BASE_US + 5,
    });
    const [reset] = sealed.index.resets();
    expect(reset).toMatchObject({
      tsUs: BASE_US + 5,
      src: '10.0.0.1',
      srcPort: 51234,
      dst: '10.0.0.2',
      dstPort: 80,
      flags: 20,
    });
    expect(readRecord(sealed.records, reset!.position)?.frame.tsUs).toBe(BASE_US + 5);
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

  test('is full by bytes', () => {
    const builder = new BlockBuilder();
    const frame = frameOf({ payload: `GET /${'a'.repeat(700)} HTTP/1.1\r\n\r\n` });
    let count = 0;
    while (builder.add(frame, 1) === 'stored') count++;
    const { records } = builder.seal()!;
    expect(records.bytes.length).toBeLessThanOrEqual(BLOCK_LEN);
    expect(records.bytes.length).toBeGreaterThan(BLOCK_LEN - 700);
    expect(count).toBeGreaterThan(400);
    expect(builder.add(frame, 1)).toBe('stored');
  });

  test.each([1, -1])('is full by time, %i', (sign) => {
    const builder = new BlockBuilder();
    builder.add(frameOf({}), 1);
    expect(builder.add(frameOf({ tsUs: BASE_US + sign * (MAX_BLOCK_SPAN_US / 2) }), 1)).toBe('stored');
    expect(builder.add(frameOf({ tsUs: BASE_US + sign * (MAX_BLOCK_SPAN_US / 2 + 1) }), 1)).toBe('full');
  });
});
