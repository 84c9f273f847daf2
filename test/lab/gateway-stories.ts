/** Upstreams that speak FastCGI, uwsgi and SCGI, and fail. */
import type net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ABORTS_ALIKE, inResponse, type Tuple, UNKNOWN, type Verdict, waiting } from './expected.ts';
import type { Story } from './stage.ts';
import { upstreamTuple } from './upstream.ts';
import { byUpstream } from './upstream-stories.ts';

export type Gateway = 'fastcgi' | 'uwsgi' | 'scgi';
type When = 'waiting' | 'head' | 'body';

/** Is the whole request there? Each protocol frames it in its own way. */
const IS_COMPLETE: Readonly<Record<Gateway, (bytes: Buffer) => boolean>> = {
  // An empty STDIN record (type 5) ends it, https://fastcgi-archives.github.io/FastCGI_Specification.html 3.3
  fastcgi: (bytes) => {
    for (let at = 0; at + 8 <= bytes.length; ) {
      const contentLen = bytes.readUInt16BE(at + 4);
      if (bytes[at + 1] === 5 && contentLen === 0) return true;
      at += 8 + contentLen + (bytes[at + 6] ?? 0);
    }
    return false;
  },
  // modifier1, size (little endian), modifier2; https://uwsgi-docs.readthedocs.io/en/latest/Protocol.html
  uwsgi: (bytes) => bytes.length >= 4 && bytes.length >= 4 + bytes.readUInt16LE(1),
  // A netstring, https://python.ca/scgi/protocol.txt
  scgi: (bytes) => {
    const colon = bytes.indexOf(0x3a);
    return colon > 0 && bytes.length >= colon + 2 + Number(bytes.toString('latin1', 0, colon));
  },
};

function wrap(gateway: Gateway, text: string): Buffer {
  const content = Buffer.from(text, 'latin1');
  if (gateway !== 'fastcgi') return content;
  const header = Buffer.from([1, 6, 0, 1, content.length >> 8, content.length & 255, 0, 0]);
  return Buffer.concat([header, content]);
}

function verdictOf(gateway: Gateway, when: When, method: string): Verdict {
  if (when === 'waiting') return waiting(method, 'upstream-abort-linger0', ABORTS_ALIKE);
  // What a decoder of HTTP cannot know of these protocols may stay unknown.
  const accept = {
    retrySafe: [UNKNOWN],
    status: [null],
    delivered: [UNKNOWN],
    response: [UNKNOWN],
    request: [UNKNOWN],
  };
  if (when === 'head') return { ...inResponse(method, 200, 'upstream-rst-mid-headers'), accept };
  const cause = gateway === 'fastcgi' ? [] : ['upstream-rst-ends-close-delimited'];
  return { ...inResponse(method, 200, 'upstream-rst-mid-body'), accept: { ...accept, cause } };
}

export function gatewayResets(gateway: Gateway, when: When): Story {
  return async (stage) => {
    let stream: Tuple | null = null;
    const serve = (socket: net.Socket): void => {
      stream = upstreamTuple(socket);
      let bytes = Buffer.alloc(0);
      socket.on('data', (chunk) => {
        bytes = Buffer.concat([bytes, chunk]);
        if (IS_COMPLETE[gateway](bytes)) void fail(socket);
      });
    };
    const fail = async (socket: net.Socket): Promise<void> => {
      socket.removeAllListeners('data');
      const head = gateway === 'uwsgi' ? 'HTTP/1.1 200 OK\r\n' : 'Status: 200 OK\r\n';
      const body = 'g'.repeat(stage.random.int(100, 20_000));
      if (when === 'head') socket.write(wrap(gateway, `${head}Content-Ty`));
      if (when === 'body')
        socket.write(wrap(gateway, `${head}Content-Type: text/plain\r\nContent-Length: 60000\r\n\r\n${body}`));
      await stage.moment(30, 80);
      socket.resetAndDestroy();
    };
    const server = await stage.listen(serve);
    const names = ['REQUEST_METHOD $request_method', 'REQUEST_URI $request_uri', 'CONTENT_LENGTH $content_length'];
    const params = names.map((name) => `${gateway}_param ${name};`).join(' ');
    const prefix = stage.location(`${params} ${gateway}_pass ${server.address};`);
    return async () => {
      const path = stage.path(prefix);
      const method = stage.random.pick(['GET', 'POST']);
      const client = await stage.connect();
      await client.send(stage.request(path, { method, ...(method === 'POST' ? { body: 'a=1' } : {}) }));
      await Promise.race([
        client.until((received) => received.includes('\r\n\r\n'), 'an answer').catch(() => ''),
        delay(2000),
      ]);
      await delay(150);
      client.finish();
      return [byUpstream(client, stream, /\[error\].*\(104: /, verdictOf(gateway, when, method))];
    };
  };
}
