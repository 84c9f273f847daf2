import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Harm, Leg, Outcome } from './incident.ts';
import { harmOf, isIdempotent, outcomeOf } from './outcome.ts';
import { StreamBuilder } from './testing/stream-builder.ts';

const DOCS = readFileSync(new URL('../../../docs/verdicts.md', import.meta.url), 'utf8');

const GET = 'GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\n';
const POST_HEAD = 'POST /pay HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 10\r\n\r\n';
const POST = `${POST_HEAD}0123456789`;
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
const HALF = 'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nhello';
const CLIENT_HELLO = Uint8Array.of(22, 3, 1, 0, 8, 1, 0, 0, 4, 3, 3, 0, 0);

const opened = (): StreamBuilder => new StreamBuilder().open();

function outcome(leg: Leg, builder: StreamBuilder): readonly (string | number | null)[] {
  const stream = builder.build();
  const { request, response, delivered, status, retrySafe } = outcomeOf(stream, stream.last, leg);
  return [request, response, delivered, status, retrySafe];
}

describe('outcomeOf', () => {
  test.each<[string, Leg, StreamBuilder, readonly (string | number | null)[]]>([
    ['nothing was sent', 'client', opened(), ['none', 'none', 'no', null, 'yes']],
    ['TLS handshake only', 'client', opened().send('originator', CLIENT_HELLO), ['none', 'none', 'no', null, 'yes']],
    [
      'a client inside its POST',
      'client',
      opened().send('originator', POST_HEAD),
      ['partial', 'none', 'no', null, 'yes'],
    ],
    [
      'nginx inside a POST to the upstream',
      'upstream',
      opened().send('originator', POST_HEAD),
      ['partial', 'none', 'no', null, 'unknown'],
    ],
    [
      'nginx inside a GET to the upstream',
      'upstream',
      opened().send('originator', 'GET /a HTTP/1.1\r\nHos'),
      ['partial', 'none', 'no', null, 'unknown'],
    ],
    [
      'a GET waits',
      'client',
      opened().send('originator', GET).ack('responder'),
      ['complete', 'none', 'no', null, 'yes'],
    ],
    [
      'a POST waits, acknowledged',
      'upstream',
      opened().send('originator', POST).ack('responder'),
      ['complete', 'none', 'no', null, 'no'],
    ],
    [
      'a POST waits, not acknowledged',
      'upstream',
      opened().send('originator', POST),
      ['complete', 'none', 'no', null, 'unknown'],
    ],
    [
      'a POST that met no socket any more',
      'upstream',
      opened().exchange(GET, OK).fin('responder').send('originator', POST).bareRst('responder'),
      ['complete', 'none', 'no', null, 'yes'],
    ],
    [
      'a POST that met none at its second try',
      'upstream',
      opened().exchange(GET, OK).send('originator', POST).again('originator').bareRst('responder'),
      ['complete', 'none', 'no', null, 'unknown'],
    ],
    [
      'a header of a proxy and nothing more',
      'client',
      opened().send('originator', 'PROXY TCP4 203.0.113.9 10.0.0.2 4000 80\r\n'),
      ['none', 'none', 'no', null, 'yes'],
    ],
    [
      'a POST cut inside its response',
      'client',
      opened().exchange(POST, HALF),
      ['complete', 'partial', 'no', 200, 'no'],
    ],
    [
      'a GET answered and acknowledged',
      'client',
      opened().exchange(GET, OK),
      ['complete', 'complete', 'yes', 200, 'yes'],
    ],
    [
      'a POST answered and acknowledged',
      'client',
      opened().exchange(POST, OK),
      ['complete', 'complete', 'yes', 200, 'no'],
    ],
    [
      'a POST answered, the last byte not acknowledged',
      'client',
      opened().send('originator', POST).send('responder', OK).ack('originator', { ack: OK.length }),
      ['complete', 'complete', 'no', 200, 'no'],
    ],
    [
      'the second request waits',
      'client',
      opened().exchange(GET, OK).send('originator', POST).ack('responder'),
      ['complete', 'none', 'no', null, 'no'],
    ],
  ])('%s', (_title, leg, builder, expected) => {
    expect(outcome(leg, builder)).toEqual(expected);
  });

  test('its fields are those of docs/verdicts.md', () => {
    const table = DOCS.split('| outcome | meaning |')[1]?.split('\n\n')[0] ?? '';
    const fields = table
      .split('\n')
      .slice(2)
      .map((row) => row.split('|')[1]?.trim());
    const stream = opened().build();
    expect(new Set(fields)).toEqual(new Set(Object.keys(outcomeOf(stream, stream.last, 'client'))));
    expect(table).toContain(
      '| delivered | yes when every byte of a complete response was acknowledged by the receiving kernel |',
    );
    expect(table).toContain(
      '| retrySafe | yes when the request cannot have been executed, or its method is idempotent; no for a POST or PATCH that reached the application |',
    );
  });
});

test.each([
  ['GET', true],
  ['HEAD', true],
  ['PUT', true],
  ['DELETE', true],
  ['OPTIONS', true],
  ['TRACE', true],
  ['POST', false],
  ['PATCH', false],
  ['CONNECT', false],
  ['get', false],
  [null, false],
])('%s is idempotent: %s (RFC 9110 section 9.2.2)', (method, expected) => {
  expect(isIdempotent(method)).toBe(expected);
});

describe('harmOf', () => {
  const base: Outcome = { request: 'complete', response: 'none', delivered: 'no', status: null, retrySafe: 'yes' };

  test.each<[string, Outcome | null, boolean, Harm]>([
    ['nobody waits', base, false, 'harmless'],
    ['no outcome', null, true, 'unknown'],
    ['no request reached the upstream', { ...base, request: 'none' }, true, 'failed'],
    ['all delivered', { ...base, response: 'complete', delivered: 'yes', retrySafe: 'no' }, true, 'harmless'],
    ['may have run', { ...base, retrySafe: 'no' }, true, 'may-have-executed'],
    [
      'sent completely, not acknowledged, a POST',
      { ...base, response: 'complete', retrySafe: 'no' },
      true,
      'may-have-executed',
    ],
    ['cut short, repeatable', { ...base, response: 'partial' }, true, 'failed'],
    ['no answer, repeatable', base, true, 'failed'],
    ['cannot be seen', { ...base, delivered: 'unknown' }, true, 'unknown'],
  ])('%s', (_title, outcome, isAwaited, harm) => {
    expect(harmOf(outcome, isAwaited)).toBe(harm);
  });
});
