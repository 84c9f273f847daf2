/** A run for tests of what is made of one. */
import type { Analysis } from '../src/analysis.ts';
import type { DrawnUnlogged } from '../src/report-case.ts';
import { postIncident, raceIncident, unmatchedIncident } from './incidents.ts';

/** A client's connection that lost its response, and of which nginx wrote nothing. */
export const quietLoss: DrawnUnlogged = {
  ...postIncident,
  leg: 'client',
  stream: { index: 9, originator: '10.0.0.9:51000', responder: '10.4.37.69:80' },
  endedAt: '2026-11-22T07:55:20.000000Z',
  harm: 'failed',
  title: 'Client aborted in the middle of the response',
  cause: 'client-linger0-mid-response',
  sentence: 'Client 10.0.0.9 reset the connection inside the response.',
  why: { reason: 'log-level', text: 'This log has no line of level info.' },
};

export function analysisOf(parts: Partial<Analysis>): Analysis {
  return {
    incidents: [],
    unlogged: [],
    resets: { total: 204, handshake: 200, closing: 2, matched: 1, unlogged: 1 },
    resetsWithoutLine: {},
    packets: { total: 0, late: 0 },
    clockOffsetSeconds: 0,
    warnings: [],
    ...parts,
  };
}

/** `count` incidents of each of three kinds, the line numbers counting up. */
export function manyIncidents(count: number): Analysis['incidents'] {
  const kinds = [postIncident, raceIncident, unmatchedIncident];
  return kinds.flatMap((kind, at) =>
    Array.from({ length: count }, (_, n) => ({ ...kind, line: { ...kind.line, lineNumber: at * count + n + 1 } })),
  );
}
