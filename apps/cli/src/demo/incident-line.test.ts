import { PassThrough } from 'node:stream';
import { expect, test } from '@jest/globals';
import type { StoredIncident } from '@resetscope/incidents';
import { Terminal } from '../terminal.ts';
import { incidentLine } from './incident-line.ts';

function stored(sentence: string): StoredIncident {
  const incident = { status: 'matched', cause: 'probe-connect-rst', reason: null, sentence };
  return { createdAtUs: new Date(2026, 0, 2, 3, 4, 5, 6).getTime() * 1000, incident } as StoredIncident;
}

function terminal(columns?: number): Terminal {
  const parts = columns === undefined ? {} : { isTTY: true, columns };
  return new Terminal(Object.assign(new PassThrough(), parts) as unknown as NodeJS.WriteStream, { NO_COLOR: '1' });
}

test('a pipe gets all of it', () => {
  const line = incidentLine(stored('Client 10.0.0.1 reset the connection.'), terminal());
  expect(line).toBe(
    ' 03:04:05.006  matched    probe-connect-rst                 Client 10.0.0.1 reset the connection.',
  );
});

test('a narrow terminal keeps its room for the sentence', () => {
  const line = incidentLine(stored('Client 10.0.0.1 reset the connection.'), terminal(40));
  expect(line).toBe(' 03:04:05.006  ✓  Client 10.0.0.1 rese…');
  expect(line).toHaveLength(39);
});

test('text from the wire cannot move the cursor', () => {
  expect(incidentLine(stored('GET /\u001b[2J\r\n'), terminal())).toMatch(/GET \/\\x1b\[2J\\x0d\\x0a$/);
});
