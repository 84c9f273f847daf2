import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Phase } from './incident.ts';
import { phaseAt, responseAcknowledged } from './phase.ts';
import { StreamBuilder } from './testing/stream-builder.ts';

const DOCS = readFileSync(new URL('../../../docs/verdicts.md', import.meta.url), 'utf8');

const GET = 'GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
const HALF = 'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nhello';
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const UPGRADE = 'GET /ws HTTP/1.1\r\nHost: shop.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
const CLIENT_HELLO = Uint8Array.of(22, 3, 1, 0, 8, 1, 0, 0, 4, 3, 3, 0, 0);

const opened = (): StreamBuilder => new StreamBuilder().open();

/** Client leg, as docs/verdicts.md defines the phases; the client ends each story. */
const PHASES: readonly (readonly [Phase, string, readonly StreamBuilder[]])[] = [
  [
    'handshake',
    'no payload byte yet in either direction (also a refused SYN, also connect-and-reset)',
    [opened().rst('originator'), new StreamBuilder().syn().rst('originator')],
  ],
  ['tls-handshake', 'only TLS handshake bytes', [opened().send('originator', CLIENT_HELLO).rst('originator')]],
  [
    'request',
    'the request is not complete on this leg',
    [
      opened().send('originator', 'GET /').rst('originator'),
      opened()
        .send('originator', 'POST /a HTTP/1.1\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n')
        .send('responder', CONTINUE)
        .rst('originator'),
      opened().exchange(GET, OK).send('originator', 'GET /b').rst('originator'),
    ],
  ],
  [
    'waiting',
    'request complete, no byte of the answer yet',
    [
      opened().send('originator', GET).rst('originator'),
      opened().exchange(GET, OK).send('originator', GET).rst('originator'),
    ],
  ],
  [
    'response',
    'the answer has begun and is not complete, or its sender still waits for the acknowledgment of a part of it',
    [
      opened().exchange(GET, HALF).rst('originator'),
      opened().send('originator', GET).send('responder', OK).rst('originator', { ack: 1 }),
    ],
  ],
  [
    'lingering',
    'answer complete and nginx has sent its FIN, the other side has not',
    [opened().exchange(GET, OK).fin('responder').rst('originator')],
  ],
  [
    'idle',
    'answer complete, connection kept open, no new request byte',
    [opened().exchange(GET, OK).rst('originator'), opened().exchange(GET, OK).exchange(GET, OK).rst('originator')],
  ],
  [
    'closing',
    'the side that resets has sent a FIN before, and nginx no request since',
    [opened().exchange(GET, OK).fin('originator').rst('originator'), opened().fin('originator').bareRst('originator')],
  ],
  ['tunnel', 'after 101', [opened().exchange(UPGRADE, SWITCH).send('originator', 'frame').rst('originator')]],
];

describe('phaseAt', () => {
  test.each(PHASES)('%s: %s', (phase, definition, builders) => {
    expect(DOCS).toContain(`| ${phase} | ${definition} |`);
    for (const builder of builders) {
      const stream = builder.build();
      const reset = stream.endings.findLast((e) => e.kind === 'rst');
      expect(reset === undefined ? null : phaseAt(stream, reset.before, reset.from, 'responder')).toBe(phase);
    }
  });

  test('the table of docs/verdicts.md has no other phase', () => {
    const table = DOCS.split('| phase | ')[1]?.split('\n\n')[0] ?? '';
    const phases = table
      .split('\n')
      .slice(2)
      .map((row) => row.split('|')[1]?.trim());
    expect(phases).toEqual(PHASES.map(([phase]) => phase));
  });

  test('a reset of nginx itself is not closing because of the FIN of the client', () => {
    const stream = opened().send('originator', GET).fin('originator').rst('responder').build();
    const reset = stream.endings.find((e) => e.kind === 'rst');
    expect(reset === undefined ? null : phaseAt(stream, reset.before, 'responder', 'responder')).toBe('waiting');
  });
});

test('a request that nginx sends after the FIN of the upstream waits', () => {
  const race = opened().exchange(GET, OK).fin('responder').wait(5_000).send('originator', GET).bareRst('responder');
  const reset = race.build().endings.find((e) => e.kind === 'rst');
  expect(reset === undefined ? null : phaseAt(race.build(), reset.before, 'responder', 'originator')).toBe('waiting');
  expect(reset === undefined ? null : phaseAt(race.build(), reset.before, 'responder', 'responder')).toBe('closing');
});

test('what a proxy says before everything else is no byte of the connection', () => {
  const header = 'PROXY TCP4 203.0.113.9 10.0.0.2 4000 80\r\n';
  const phases = [header, `${header}GE`].map((sent) => {
    const stream = opened().send('originator', sent).rst('originator').build();
    return stream.endings.map((e) => phaseAt(stream, e.before, e.from, 'responder'));
  });
  expect(phases).toEqual([['handshake'], ['request']]);
});

test('a connection older than the capture is idle while it is silent', () => {
  const stream = new StreamBuilder().rst('originator').build();
  expect(stream.endings.map((e) => phaseAt(stream, e.before, e.from, 'responder'))).toEqual(['idle']);
});

describe('HTTP/2', () => {
  const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0';
  const GET_1 = '\0\0\x03\x01\x05\0\0\0\x01\x82\x84\x86';
  const CANCEL_1 = '\0\0\x04\x03\0\0\0\0\x01\0\0\0\x08';

  test.each([
    { name: 'idle before the first stream', sent: [PREFACE], phase: 'idle' },
    { name: 'waiting for the answer of a stream', sent: [PREFACE, GET_1], phase: 'waiting' },
    { name: 'idle after RST_STREAM', sent: [PREFACE, GET_1, CANCEL_1], phase: 'idle' },
    { name: 'request in the middle of a frame', sent: [PREFACE, GET_1.slice(0, 11)], phase: 'request' },
  ])('$name', ({ sent, phase }) => {
    const builder = sent.reduce((story, text) => story.send('originator', text).ack('responder'), opened());
    const stream = builder.rst('originator').build();
    expect(stream.endings.map((e) => phaseAt(stream, e.before, e.from, 'responder'))).toEqual([phase]);
  });
});

test('responseAcknowledged wants the last byte', () => {
  const at = (builder: StreamBuilder): boolean => responseAcknowledged(builder.build().last);
  expect(at(opened().send('originator', GET).send('responder', OK).ack('originator'))).toBe(true);
  expect(at(opened().send('originator', GET).send('responder', OK).ack('originator', { ack: OK.length }))).toBe(false);
  expect(at(opened().send('originator', GET).send('responder', HALF).ack('originator'))).toBe(false);
  expect(at(opened())).toBe(false);
});
