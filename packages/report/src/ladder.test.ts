import { describe, expect, test } from '@jest/globals';
import { ACK, FIN, ORIGINATOR_ISN, PSH, RST, SYN, segment, streamOf } from '../test-data/streams.ts';
import { IDLE_GAP_US, idleGapUs, ladderRows, MAX_LADDER_ROWS } from './ladder.ts';

const none = new Map<number, string>();

/** A download: handshake, request, `count` packets of response each followed by an ACK, RST. */
function download(count: number): Parameters<typeof streamOf>[0] {
  const data = Array.from({ length: count }, (_, at) => [
    segment(5 + 2 * at, 'responder', { seq: 1 + at * 1448, payloadLen: 1448, label: at === 0 ? 'HTTP/1.1 200' : '' }),
    segment(6 + 2 * at, 'originator', { seq: 207, ack: 1 + (at + 1) * 1448 }),
  ]).flat();
  return [
    segment(1, 'originator', { flags: SYN, seq: 0 }),
    segment(2, 'responder', { flags: SYN | ACK, seq: 0 }),
    segment(3, 'originator'),
    segment(4, 'originator', { flags: PSH | ACK, payloadLen: 206, label: 'GET /big HTTP/1.1' }),
    ...data,
    segment(5 + 2 * count, 'originator', { flags: RST | ACK, seq: 207, ack: 1 + count * 1448 }),
  ];
}

describe('ladderRows', () => {
  test('numbers are relative modulo 2^32, ack 0 without the ACK bit, raw numbers kept', () => {
    const rows = ladderRows(
      streamOf([
        segment(1, 'originator', { flags: SYN, seq: 0, window: 64240 }),
        segment(2, 'originator', { flags: PSH | ACK, seq: 300, ack: 5, payloadLen: 20, label: 'GET / HTTP/1.1' }),
      ]),
      new Map([[2, 'the request']]),
    );
    expect(rows).toEqual([
      {
        frame: 1,
        atUs: 0,
        from: 'originator',
        flags: 'S',
        seq: 0,
        ack: 0,
        rawSeq: ORIGINATOR_ISN,
        rawAck: 1001,
        len: 0,
        window: 64240,
        label: '',
        note: '',
        kind: 'packet',
        count: 1,
      },
      {
        frame: 2,
        atUs: 1000,
        from: 'originator',
        flags: 'P.',
        seq: 300,
        ack: 5,
        rawSeq: 44,
        rawAck: 1005,
        len: 20,
        window: 100,
        label: 'GET / HTTP/1.1',
        note: 'the request',
        kind: 'packet',
        count: 1,
      },
    ]);
  });

  test('a long run is one row of the sender, counted with its bytes; both ends and the reset stay', () => {
    const rows = ladderRows(streamOf(download(500)), none);
    const folded = rows.filter((row) => row.kind === 'folded');
    expect(folded).toHaveLength(1);
    const [run] = folded;
    expect(run).toMatchObject({
      frame: null,
      from: 'responder',
      flags: '',
      label: `${run?.count} packets, ${run?.len.toLocaleString('en-US')} bytes`,
    });
    expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(1005);
    expect(rows.reduce((sum, row) => sum + row.len, 0)).toBe(206 + 500 * 1448);
    expect(rows.slice(0, 6).map((row) => row.frame)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(rows.at(-1)).toMatchObject({ kind: 'reset', frame: 1005, flags: 'R.' });
  });

  test('a noted packet and its neighbours stay rows of their own', () => {
    const rows = ladderRows(streamOf(download(500)), new Map([[501, 'the window closed']]));
    const frames = rows.map((row) => row.frame);
    expect(frames).toEqual(expect.arrayContaining([500, 501, 502]));
    expect(rows.find((row) => row.frame === 501)?.note).toBe('the window closed');
    expect(rows.filter((row) => row.kind === 'folded')).toHaveLength(2);
  });

  test('a short run is not folded', () => {
    expect(ladderRows(streamOf(download(4)), none).every((row) => row.kind !== 'folded')).toBe(true);
  });

  test('a silence inside a run splits it, and the packet before it stays', () => {
    const segments = download(100).map((one) => (one.frameNumber > 100 ? { ...one, tsUs: one.tsUs + 5_000_000 } : one));
    const rows = ladderRows(streamOf(segments), none);
    const at = rows.findIndex((row) => row.frame === 100);
    expect(idleGapUs(rows[at], rows[at + 1]!)).toBe(5_001_000);
  });

  test('packets the stream did not keep are one row where they are missing', () => {
    const segments = download(40).map((one) =>
      one.frameNumber > 24 ? { ...one, frameNumber: one.frameNumber + 900 } : one,
    );
    const rows = ladderRows(streamOf(segments, 900), none);
    const at = rows.findIndex((row) => row.label === '900 packets not kept');
    expect(rows[at]).toMatchObject({ kind: 'folded', count: 900, frame: null });
    expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(900 + segments.length);
    expect(rows.slice(0, at).every((row) => (row.frame ?? 0) <= 24)).toBe(true);
  });

  test.each([
    {
      name: 'every packet is an event',
      segments: Array.from({ length: 300 }, (_, at) => segment(at + 1, 'originator', { flags: RST })),
    },
    {
      name: 'every packet has a label',
      segments: Array.from({ length: 300 }, (_, at) => segment(at + 1, 'originator', { label: 'GET /' })),
    },
    {
      name: 'events far apart',
      segments: Array.from({ length: 1000 }, (_, at) =>
        segment(at + 1, 'originator', { flags: at % 12 === 0 ? FIN | ACK : ACK }),
      ),
    },
  ])('never more than the limit: $name', ({ segments }) => {
    const rows = ladderRows(streamOf(segments), none);
    expect(rows.length).toBeLessThanOrEqual(MAX_LADDER_ROWS);
    expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(segments.length);
    expect(rows.at(-1)?.frame).toBe(segments.length);
  });

  test('a stream without packets has no rows', () => {
    expect(ladderRows(streamOf([]), none)).toEqual([]);
  });
});

describe('idleGapUs', () => {
  const [row] = ladderRows(streamOf([segment(1, 'originator')]), none);
  const later = (atUs: number) => ({ ...row!, atUs });
  test.each([
    { name: 'first row', previous: undefined, row: later(9_000_000), gap: null },
    { name: 'short pause', previous: later(0), row: later(IDLE_GAP_US - 1), gap: null },
    { name: 'silence', previous: later(0), row: later(IDLE_GAP_US), gap: IDLE_GAP_US },
    {
      name: 'after a folded row the end is not known',
      previous: { ...later(0), kind: 'folded' as const },
      row: later(9e6),
      gap: null,
    },
  ])('$name', ({ previous, row: current, gap }) => {
    expect(idleGapUs(previous, current)).toBe(gap);
  });
});
