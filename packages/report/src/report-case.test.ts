import { describe, expect, test } from '@jest/globals';
import { quietLoss } from '../test-data/analysis.ts';
import { postIncident, raceIncident, unmatchedIncident } from '../test-data/incidents.ts';
import { lineCase, unloggedCase } from './report-case.ts';

describe('a line', () => {
  test('on the client leg: the peer is the client, the request is without its query', () => {
    const request = { method: 'GET', target: '/a?q=1#x', host: null };
    expect(lineCase({ ...postIncident, request })).toMatchObject({
      title: postIncident.title,
      place: 'error.log:13',
      peer: '10.255.252.61',
      asked: 'GET /a',
      certainty: '97 %',
      silence: null,
    });
  });

  test('on the upstream leg: the peer is the upstream on the wire, or in the line', () => {
    expect(lineCase(raceIncident).peer).toBe('10.9.8.191:3000');
    expect(lineCase({ ...raceIncident, stream: null, upstream: 'http://unix:/a:/' }).peer).toBe('http://unix:/a:/');
  });

  test('without a connection: the reason', () => {
    expect(lineCase(unmatchedIncident)).toMatchObject({
      title: 'No connection found: capture lost packets',
      certainty: 'unmatched: capture lost packets',
    });
    const bare = { ...unmatchedIncident, client: null, request: { method: null, target: null, host: null } };
    expect(lineCase(bare)).toMatchObject({ peer: '', asked: '' });
  });

  test.each([
    { file: '/var/log/nginx/error.log', lineNumber: 7, place: 'error.log:7' },
    { file: '-', lineNumber: 7, place: 'standard input:7' },
    { file: 'error.log', lineNumber: 0, place: 'error.log' },
  ])('$file $lineNumber is at $place', ({ file, lineNumber, place }) => {
    expect(lineCase({ ...postIncident, line: { ...postIncident.line, file, lineNumber } }).place).toBe(place);
  });
});

test('a connection without a line: why there is none, and who was at its other end', () => {
  expect(unloggedCase(quietLoss)).toMatchObject({
    incident: null,
    title: 'Client aborted in the middle of the response: below the log level',
    silence: 'This log has no line of level info.',
    place: 'no line',
    time: '2026-11-22T07:55:20.000000Z',
    peer: '10.0.0.9:51000',
    asked: '',
    certainty: '97 %',
  });
  expect(unloggedCase({ ...quietLoss, leg: 'upstream' }).peer).toBe('10.4.37.69:80');
});
