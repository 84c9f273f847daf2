import { describe, expect, test } from '@jest/globals';
import type { Side, TcpStream } from '@resetscope/flow';
import fc from 'fast-check';
import { analyse } from './analyse.ts';
import { causeById } from './causes.ts';
import type { Incident } from './incident.ts';
import type { LogLine } from './log-line.ts';
import { Surroundings } from './surroundings.ts';
import { type LineParts, lineOf } from './testing/log-text.ts';
import { START_US, StreamBuilder } from './testing/stream-builder.ts';
import { unmatchedText } from './unmatched.ts';

const GET = 'GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';

function incidentsOf(
  lines: readonly LogLine[],
  streams: readonly TcpStream[],
  clockOffsetUs: number | null = 0,
): readonly Incident[] {
  const surroundings = new Surroundings();
  for (const stream of streams) surroundings.noteStream(stream);
  return analyse({ lines, streams, surroundings, accessLog: null, clockOffsetUs, lostPackets: null }).results.map(
    ({ incident }) => incident,
  );
}

const answered = (index: number): TcpStream =>
  new StreamBuilder({ index, clientPort: 40_000 + index }).open().exchange(GET, OK).rst('originator').build();

describe('a matched line', () => {
  test('becomes a complete incident', () => {
    const [incident] = incidentsOf([lineOf({ readAtUs: START_US + 1500 })], [answered(4)]);
    expect(incident).toMatchObject({
      status: 'matched',
      reason: null,
      leg: 'client',
      stream: { index: 4, originator: '10.0.0.1:40004', responder: '10.0.0.2:80' },
      confidence: 0.9,
      alternatives: [],
      reset: { frame: 8, time: '2026-11-22T06:35:12.000700Z', by: 'client' },
      loggedAt: '2026-11-22T06:35:12.000000Z',
      phase: 'idle',
      cause: 'client-rst-after-complete',
      title: causeById('client-rst-after-complete')?.title,
      outcome: { request: 'complete', response: 'complete', delivered: 'yes', status: 200, retrySafe: 'yes' },
      harm: 'harmless',
      normalClose: true,
      teardown: 'rst-only-active',
      request: { method: 'GET', target: '/a', host: 'shop.test' },
      client: '10.0.0.1',
      upstream: null,
      trust: { sawSyn: true, tls: false, lostPackets: null, clockOffsetSeconds: 0, readDelayUs: 800, flags: [] },
    });
    expect(incident?.wiresharkFilter).toBe('tcp.stream eq 4 and frame.number in {4, 6, 8}');
    expect(incident?.advice).toEqual(incident?.fixes.map(({ party, text }) => `${party}: ${text}`));
  });

  test('says what its trust is worth', () => {
    const middle = new StreamBuilder().send('originator', GET).rst('originator').build();
    const [incident] = incidentsOf([lineOf({ action: 'sending to client', readAtUs: START_US + 4_000_000 })], [middle]);
    expect(incident?.trust).toMatchObject({ sawSyn: false, readDelayUs: 3_999_900 });
    expect(incident?.trust.flags).toEqual([
      'the capture started in the middle of this connection',
      'the line was read 4.0 s after the packet',
    ]);
  });

  test('a connection that ended by FIN has no reset', () => {
    const closed = new StreamBuilder().open().send('originator', GET).fin('originator').build();
    const [incident] = incidentsOf([lineOf({ message: 'client prematurely closed connection', action: '' })], [closed]);
    expect(incident).toMatchObject({ status: 'matched', reset: null, cause: 'client-half-close-as-abort' });
  });
});

describe('a line without one connection', () => {
  test('ambiguous: the rivals, each as likely', () => {
    const [incident] = incidentsOf([lineOf({})], [answered(0), answered(1)]);
    expect(incident).toMatchObject({
      status: 'ambiguous',
      reason: 'several-fit',
      confidence: 0.5,
      stream: null,
      cause: null,
      sentence: '2 connections fit this line equally well and the log cannot tell them apart.',
    });
    expect(incident?.alternatives.map(({ stream, confidence }) => [stream.index, confidence])).toEqual([
      [0, 0.5],
      [1, 0.5],
    ]);
    expect(incident?.alternatives[0]?.reasons[0]).toBe('request line (+4)');
  });

  test('unmatched: the reason, in words', () => {
    const [incident] = incidentsOf([lineOf({})], []);
    expect(incident).toMatchObject({
      status: 'unmatched',
      reason: 'no-stream-in-window',
      harm: 'unknown',
      confidence: 0,
    });
    expect(incident?.sentence).toBe(unmatchedText('no-stream-in-window'));
    expect(incident?.evidence).toEqual([]);
  });
});

test('analyse estimates the clock when it is not given', () => {
  const lines = [lineOf({}), lineOf({ connectionNumber: 4, request: 'GET /b HTTP/1.1', at: '06:35:15' })];
  const ahead = (target: string, atUs: number, index: number): TcpStream =>
    new StreamBuilder({ index, clientPort: 40_000 + index, startUs: START_US + atUs })
      .open()
      .exchange(`GET ${target} HTTP/1.1\r\nHost: shop.test\r\n\r\n`, OK)
      .rst('originator')
      .build();
  const streams = [ahead('/a', 37_100_000, 0), ahead('/b', 40_700_000, 1)];
  expect(incidentsOf(lines, streams, null).map(({ status, stream }) => [status, stream?.index])).toEqual([
    ['matched', 0],
    ['matched', 1],
  ]);
  expect(incidentsOf(lines, streams, 0).map(({ status }) => status)).toEqual(['unmatched', 'unmatched']);
});

/** Anything a connection may do, in any order. */
const PAYLOADS = [
  GET,
  OK,
  'POST /pay HTTP/1.1\r\nContent-Length: 10\r\n\r\n',
  '0123456789',
  'HTTP/1.1 101 Switching Protocols\r\n\r\n',
  'HTTP/1.1 200 OK\r\n\r\n',
  '\x16\x03\x01\x00\x04\x01\x00\x00\x00',
  '\x00\xff',
];
const side = fc.constantFrom<Side>('originator', 'responder');
const step = fc.oneof(
  fc.record({ kind: fc.constant('send' as const), from: side, payload: fc.constantFrom(...PAYLOADS) }),
  fc.record({ kind: fc.constantFrom('ack', 'fin', 'rst', 'bareRst', 'syn' as const), from: side }),
  fc.record({ kind: fc.constant('wait' as const), us: fc.integer({ min: 0, max: 3_000_000 }) }),
);

function act(builder: StreamBuilder, action: typeof step extends fc.Arbitrary<infer T> ? T : never): void {
  switch (action.kind) {
    case 'send':
      builder.send(action.from, action.payload);
      break;
    case 'wait':
      builder.wait(action.us);
      break;
    case 'syn':
      break;
    default:
      builder[action.kind as 'ack'](action.from);
  }
}

const LINES: readonly LineParts[] = [
  {},
  { message: 'client prematurely closed connection', action: '' },
  { message: 'writev() failed (32: Broken pipe)' },
  { message: 'client timed out (110: Connection timed out)', action: '' },
  { message: 'SSL_do_handshake() failed (104: Connection reset by peer)', action: 'SSL handshaking', request: null },
  { message: 'client 10.0.0.1 closed keepalive connection (104: Connection reset by peer)', action: '', request: null },
  { level: 'error', action: 'reading response header from upstream', upstream: 'http://10.0.0.2:80/a' },
  {
    level: 'error',
    message: 'upstream prematurely closed connection',
    action: 'reading upstream',
    upstream: 'http://10.0.0.2:80/a',
  },
  {
    level: 'error',
    message: 'connect() failed (111: Connection refused)',
    action: 'connecting to upstream',
    upstream: 'http://10.0.0.2:80/a',
  },
];

describe('analyse is total', () => {
  test('whatever the packets do, each line has an incident, and each matched one evidence that can be looked at', () => {
    let matched = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), fc.boolean(), (steps, opened) => {
        const builder = opened ? new StreamBuilder().open() : new StreamBuilder().syn();
        for (const action of steps) act(builder, action);
        const stream = builder.build();
        const incidents = LINES.flatMap((parts) => incidentsOf([lineOf(parts)], [stream]));
        expect(incidents).toHaveLength(LINES.length);
        for (const incident of incidents) {
          if (incident.status !== 'matched') continue;
          matched++;
          expect(causeById(incident.cause ?? '')).toBeDefined();
          expect(incident.evidence.flatMap(({ frames }) => frames).length).toBeGreaterThan(0);
          expect(incident.sentence).toMatch(/^[\x20-\x7e]+\.$/);
          expect(incident.confidence).toBeGreaterThan(0);
          expect(incident.confidence).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 300 },
    );
    expect(matched).toBeGreaterThan(100);
  });
});
