import { describe, expect, test } from '@jest/globals';
import type { LogLine } from './log-line.ts';
import { StreamIndex } from './stream-index.ts';
import { lineOf } from './testing/log-text.ts';
import { StreamBuilder } from './testing/stream-builder.ts';

const CLIENT = new StreamBuilder({ index: 0 }).open().build();
const OTHER = new StreamBuilder({ index: 1, client: '10.0.0.7' }).open().build();
const UPSTREAM = new StreamBuilder({ index: 2, client: '10.0.0.2', server: '10.0.1.3', serverPort: 8080 })
  .open()
  .build();
/** nginx on the host of a client: the same address asks nginx and the upstream. */
const SAME_HOST = new StreamBuilder({ index: 3, client: '10.0.0.1', server: '10.0.1.3', serverPort: 8080 })
  .open()
  .build();

const CLIENT_LINE = lineOf({ upstream: 'http://10.0.1.3:8080/a' });
const UPSTREAM_LINE = lineOf({ level: 'error', action: 'reading upstream', upstream: 'http://10.0.1.3:8080/a' });

function find(line: LogLine): readonly [readonly number[], boolean] {
  const index = new StreamIndex([CLIENT, OTHER, UPSTREAM, SAME_HOST], [line]);
  const { streams, addressUnseen } = index.find(line, null);
  return [streams.map((stream) => stream.index), addressUnseen];
}

describe('StreamIndex', () => {
  test('a client leg begins at the client and does not go to an upstream', () => {
    expect(find(CLIENT_LINE)).toEqual([[0], false]);
  });

  test('an upstream leg goes to the address and port', () => {
    expect(find(UPSTREAM_LINE)).toEqual([[2, 3], false]);
  });

  test('a proxy is found by the client for whom it speaks, and by its own address', () => {
    const proxied = new StreamBuilder({ index: 5, client: '10.0.0.6' })
      .open()
      .send('originator', 'PROXY TCP4 203.0.113.9 10.0.0.2 4000 80\r\n')
      .build();
    const index = new StreamIndex([CLIENT, proxied], []);
    for (const client of ['203.0.113.9', '10.0.0.6'])
      expect(index.find(lineOf({ client }), null)).toEqual({ streams: [proxied], addressUnseen: false });
  });

  test('an address on no packet: any connection that goes to no upstream', () => {
    expect(find(lineOf({ client: '203.0.113.9', upstream: 'http://10.0.1.3:8080/a' }))).toEqual([[0, 1], true]);
  });

  test('an upstream without address and port has none', () => {
    expect(
      find(lineOf({ level: 'error', action: 'reading upstream', upstream: 'http://unix:/run/app.sock:/a' })),
    ).toEqual([[], false]);
  });
});
