import { describe, expect, test } from '@jest/globals';
import type { Incident } from '@resetscope/diagnosis';
import type { Episode } from './episode.ts';
import { evaluate } from './evaluation.ts';

const ID = '0123456789ab';

const PAID: Episode = {
  id: ID,
  kind: 'rst-instead-of-fin',
  leg: 'client',
  originator: '127.0.0.11:5001',
  responder: '127.0.0.1:80',
  causes: ['client-rst-after-complete'],
  request: `POST /app/pay/${ID}/notify`,
};

const PROBE: Episode = {
  ...PAID,
  id: 'ffffffffffff',
  kind: 'connect-and-reset',
  originator: '127.0.0.12:6001',
  causes: ['probe-connect-rst'],
  request: null,
};

function incident(raw: string, parts: Partial<Incident>): Incident {
  const stream = { index: 0, originator: PAID.originator, responder: PAID.responder };
  const line = { file: 'error.log', lineNumber: 0, offset: 0, raw };
  return { line, status: 'matched', stream, cause: 'client-rst-after-complete', ...parts } as Incident;
}

function judgementOf(
  episode: Episode,
  raw: string,
  parts: Partial<Incident> | null,
  clients: [number, string][] = [],
): unknown {
  const { judged } = evaluate({
    episodes: [episode],
    lines: [{ raw, connectionNumber: 7 }],
    incidents: parts === null ? [] : [{ incident: incident(raw, parts), storedAfterUs: null }],
    clientOfConnection: new Map(clients),
  });
  return judged[0]?.judgement;
}

const RAW = `*7 recv() failed (104: Connection reset by peer), request: "POST /app/pay/${ID}/notify HTTP/1.1"`;

describe('a line whose URL names its episode', () => {
  test.each<{ name: string; parts: Partial<Incident> | null; expected: string }>([
    { name: 'exactly the connection and the cause', parts: {}, expected: 'right' },
    { name: 'another cause', parts: { cause: 'client-timeout-abort' }, expected: 'wrong-cause' },
    { name: 'no cause', parts: { cause: null }, expected: 'wrong-cause' },
    {
      name: 'another port of the same client',
      parts: { stream: { index: 0, originator: '127.0.0.11:5002', responder: PAID.responder } },
      expected: 'wrong-connection',
    },
    { name: 'several candidates', parts: { status: 'ambiguous' }, expected: 'not-matched' },
    { name: 'no connection', parts: { status: 'unmatched', stream: null, cause: null }, expected: 'not-matched' },
    { name: 'no incident', parts: null, expected: 'no-incident' },
  ])('$name is $expected', ({ parts, expected }) => {
    expect(judgementOf(PAID, RAW, parts)).toBe(expected);
  });
});

test('a line without URL is translated by the access log, whatever the incident says', () => {
  const idle: Episode = { ...PAID, kind: 'idle-keepalive-reset' };
  const raw = '*7 client 127.0.0.11 closed keepalive connection (104: Connection reset by peer)';
  expect(judgementOf(idle, raw, {}, [[7, PAID.originator]])).toBe('right');
  const other = { index: 0, originator: '127.0.0.11:5002', responder: PAID.responder };
  expect(judgementOf(idle, raw, { stream: other }, [[7, PAID.originator]])).toBe('wrong-connection');
});

describe('connections without a request', () => {
  const raw = '*7 recv() failed (104: Connection reset by peer) while waiting for request, client: 127.0.0.12';
  const stream = { index: 0, originator: PROBE.originator, responder: PROBE.responder };

  test('are told by their ends', () => {
    expect(judgementOf(PROBE, raw, { stream, cause: 'probe-connect-rst' })).toBe('right');
  });

  test('explain one line each', () => {
    const lines = [1, 2].map((connectionNumber) => ({ raw: `${raw} ${connectionNumber}`, connectionNumber }));
    const incidents = lines.map((line) => ({
      incident: incident(line.raw, { stream, cause: 'probe-connect-rst' }),
      storedAfterUs: 1,
    }));
    const { judged, unexpected } = evaluate({ episodes: [PROBE], lines, incidents, clientOfConnection: new Map() });
    expect(judged.map(({ judgement }) => judgement)).toEqual(['right']);
    expect(unexpected).toEqual([`${raw} 2`]);
  });
});

test('every line of the family is counted by the status of its incident', () => {
  const raws = ['a', 'b', 'c', 'd'];
  const statuses = ['matched', 'ambiguous', 'unmatched'] as const;
  const { lines, unexpected } = evaluate({
    episodes: [],
    lines: raws.map((raw) => ({ raw, connectionNumber: 1 })),
    incidents: statuses.map((status, at) => ({ incident: incident(raws[at]!, { status }), storedAfterUs: null })),
    clientOfConnection: new Map(),
  });
  expect(lines).toEqual({ matched: 1, ambiguous: 1, unmatched: 1, pending: 1 });
  expect(unexpected).toEqual(raws);
});
