import { describe, expect, test } from '@jest/globals';
import { compileLogFormat, parseAccessLogLine, RECOMMENDED_LOG_FORMAT } from '@resetscope/nginx-log';
import { AccessLog, accessInterest } from './access-log.ts';
import { lineOf } from './testing/log-text.ts';

const FORMAT = compileLogFormat(RECOMMENDED_LOG_FORMAT);

function logOf(...starts: readonly string[]): AccessLog {
  const log = new AccessLog();
  for (const start of starts) {
    const [connection, client, requestId] = start.split(' ');
    const text = `${connection} 1 ${client} 10.0.0.2:80 1795329312.728 200 5 OK - - ${requestId} "GET /a HTTP/1.1"`;
    const entry = parseAccessLogLine(
      FORMAT,
      Uint8Array.from(text, (c) => c.charCodeAt(0)),
    );
    if (entry !== null) log.add(entry);
  }
  return log;
}

describe('AccessLog', () => {
  const log = logOf('3 10.0.0.1:40000 aa', '3 10.0.0.1:40000 bb', '4 10.0.0.1:40001 -', '4 10.0.0.1:51234 cc');

  test('gives the client port of a connection, and each that its number had', () => {
    expect([...log.clientEndpoints(3)]).toEqual(['10.0.0.1:40000']);
    expect([...log.clientEndpoints(4)]).toEqual(['10.0.0.1:40001', '10.0.0.1:51234']);
  });

  test('gives the request ids of a connection', () => {
    expect([...log.requestIds(3)]).toEqual(['aa', 'bb']);
    expect([...log.requestIds(4)]).toEqual(['cc']);
  });

  test('knows nothing about others', () => {
    expect([
      ...log.clientEndpoints(5),
      ...log.requestIds(5),
      ...log.clientEndpoints(null),
      ...log.requestIds(null),
    ]).toEqual([]);
  });
});

describe('requestOf', () => {
  /** 2026-11-22 06:35:12 UTC. */
  const STAMP_MS = 1_795_329_312_000;

  const DETAILED = compileLogFormat(
    '$connection $remote_addr:$remote_port $msec "$request" $status $request_time $upstream_addr $upstream_status',
  );
  const UNNUMBERED = compileLogFormat('$remote_addr $msec "$request" $status');

  function logged(format: typeof DETAILED, ...lines: readonly string[]): AccessLog {
    const log = new AccessLog();
    for (const text of lines) {
      const entry = parseAccessLogLine(
        format,
        Uint8Array.from(text, (c) => c.charCodeAt(0)),
      );
      if (entry === null) throw new Error(`not in the format: ${text}`);
      log.add(entry);
    }
    return log;
  }

  const numbered = (atMs: number, status: number, target = '/a', protocol = 'HTTP/1.1'): string =>
    `3 10.0.0.1:40000 ${((STAMP_MS + atMs) / 1000).toFixed(3)} "GET ${target} ${protocol}" ${status} 0.160 10.0.1.3:8080, 10.0.1.4:8080 502, 200`;
  const unnumbered = (atMs: number, status: number, client = '10.0.0.1'): string =>
    `${client} ${((STAMP_MS + atMs) / 1000).toFixed(3)} "GET /a HTTP/1.1" ${status}`;

  test('has what the log says of the request', () => {
    const log = logged(DETAILED, numbered(400, 504), numbered(400, 200, '/b'));
    expect(log.requestOf(lineOf())).toEqual({
      loggedAt: '2026-11-22T06:35:12.400000Z',
      status: 504,
      requestTimeSeconds: 0.16,
      bytesSent: null,
      upstreamAddrs: ['10.0.1.3:8080', '10.0.1.4:8080'],
      upstreamStatuses: [502, 200],
      requestId: null,
      client: '10.0.0.1:40000',
      server: null,
    });
  });

  test.each([
    { name: 'an earlier one of the connection is over', lines: [numbered(-900, 200), numbered(400, 504)], status: 504 },
    { name: 'a later one comes after', lines: [numbered(400, 504), numbered(1400, 200)], status: 504 },
    { name: 'two end in the second', lines: [numbered(200, 200), numbered(400, 504)], status: undefined },
    { name: 'none is the same request', lines: [numbered(400, 504, '/b')], status: undefined },
    { name: 'only an earlier one is there', lines: [numbered(-900, 200)], status: undefined },
    {
      name: 'requests end in any order',
      lines: [numbered(400, 504, '/a', 'HTTP/2.0'), numbered(1400, 200, '/a', 'HTTP/2.0')],
      status: undefined,
    },
  ])('$name', ({ lines, status }) => {
    const request = lines[0]?.includes('HTTP/2.0') ? 'GET /a HTTP/2.0' : 'GET /a HTTP/1.1';
    expect(logged(DETAILED, ...lines).requestOf(lineOf({ request }))?.status).toBe(status);
  });

  test('live, one of the same second may be an earlier request while its own has not come', () => {
    const log = logged(DETAILED, numbered(200, 200));
    expect(log.requestOf(lineOf({ readAtUs: (STAMP_MS + 500) * 1000 }))).toBeNull();
    expect(log.requestOf(lineOf({ readAtUs: (STAMP_MS + 210) * 1000 }))?.status).toBe(200);
  });

  test('without $connection the client and its request tell, when they do', () => {
    const log = logged(UNNUMBERED, unnumbered(400, 504), unnumbered(500, 200, '10.0.0.2'));
    expect(log.requestOf(lineOf())?.status).toBe(504);
    expect(logged(UNNUMBERED, unnumbered(400, 504), unnumbered(1500, 200)).requestOf(lineOf())).toBeNull();
  });

  test('keeps only what the lines can ask for', () => {
    const interest = accessInterest([lineOf({ connectionNumber: 3 })]);
    const log = new AccessLog(interest);
    for (const [format, text] of [
      [DETAILED, numbered(400, 504)],
      [DETAILED, numbered(400, 504).replace('3 ', '4 ')],
      [UNNUMBERED, unnumbered(400, 200, '10.0.0.9')],
    ] as const) {
      const entry = parseAccessLogLine(
        format,
        Uint8Array.from(text, (c) => c.charCodeAt(0)),
      );
      if (entry !== null) log.add(entry);
    }
    expect([log.requestsOn(3).length, log.requestsOn(4).length]).toEqual([1, 0]);
    expect(log.requestOf(lineOf({ client: '10.0.0.9', connectionNumber: 9 }))).toBeNull();
  });
});
