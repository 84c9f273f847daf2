import { expect, test } from '@jest/globals';
import type { AccessRecord } from '@resetscope/jobs';
import { COMBINED_LOG_FORMAT, RECOMMENDED_LOG_FORMAT } from '@resetscope/nginx-log';
import { accessLogOf } from './access-entries.ts';
import { accessKeys } from './access-keys.ts';
import { lineAt } from './testing/lines.ts';

function record(raw: string, format: string = RECOMMENDED_LOG_FORMAT): AccessRecord {
  return { format, raw, readAtUs: 1 };
}

const request = (connection: number, target = '/a', client = '10.0.0.1:40000', server = '10.0.0.2:80'): AccessRecord =>
  record(`${connection} 1 ${client} ${server} 1795329312.728 200 150 OK - - - "GET ${target} HTTP/1.1"`);

const line = lineAt(0, { connectionNumber: 3 });

test.each([
  { name: 'no access log is followed', found: null, ports: null },
  { name: 'nothing has come', found: [], ports: null },
  { name: 'its request', found: [request(3)], ports: ['10.0.0.1:40000'] },
  { name: 'also an earlier one of the connection', found: [request(3, '/b'), request(3)], ports: ['10.0.0.1:40000'] },
  { name: 'its number alone, which may be that of another nginx', found: [request(3, '/b')], ports: null },
  { name: 'another number', found: [request(4)], ports: null },
  { name: 'a line that does not fit its format', found: [record('junk')], ports: null },
  { name: 'a format that is none', found: [record('junk', 'junk')], ports: null },
])('$name', ({ found, ports }) => {
  const log = accessLogOf([line], [found]);
  expect(log === null ? null : [...log.clientEndpoints(3)]).toEqual(ports);
});

test('a line without a request goes by the client’s address', () => {
  const idle = lineAt(0, {
    message: 'client 10.0.0.1 closed keepalive connection (104: Connection reset by peer)',
    action: '',
  });
  const bare = { ...idle, entry: { ...idle.entry, request: null, connectionNumber: 3 } };
  expect([...(accessLogOf([bare], [[request(3)]])?.clientEndpoints(3) ?? [])]).toEqual(['10.0.0.1:40000']);
  expect(accessLogOf([bare], [[request(3, '/a', '10.0.0.9:1')]])).toBeNull();
});

test('without $connection the request alone has to tell', () => {
  const raw = '10.0.0.1 - - [22/Nov/2026:06:35:12 +0000] "GET /a HTTP/1.1" 504 1 "-" "curl"';
  expect(accessLogOf([line], [[record(raw, COMBINED_LOG_FORMAT)]])?.requestOf(line)?.status).toBe(504);
});

test.each([
  { name: 'IPv4', client: '10.0.0.1:40000', server: '10.0.0.2:80', addresses: ['10.0.0.1', '10.0.0.2'] },
  { name: 'IPv6', client: '2001:db8::1:40000', server: '2001:db8::2:80', addresses: ['2001:db8::1', '2001:db8::2'] },
])('the connection by both ends, once: $name', ({ client, server, addresses: [addressA, addressB] }) => {
  const log = accessLogOf([line], [[request(3, '/b', client, server), request(3, '/a', client, server)]]);
  expect(accessKeys(line, log)).toEqual([{ addressA, portA: 40_000, addressB, portB: 80 }]);
});

test('no key without both ends', () => {
  expect(accessKeys(line, null)).toEqual([]);
  const format = '$connection $remote_addr:$remote_port "$request"';
  const log = accessLogOf([line], [[record('3 10.0.0.1:40000 "GET /a HTTP/1.1"', format)]]);
  expect(accessKeys(line, log)).toEqual([]);
});
