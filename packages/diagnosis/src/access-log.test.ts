import { describe, expect, test } from '@jest/globals';
import { compileLogFormat, parseAccessLogLine, RECOMMENDED_LOG_FORMAT } from '@resetscope/nginx-log';
import { AccessLog } from './access-log.ts';

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
