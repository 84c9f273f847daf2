/**
 * Conversations with secrets in bodies and tunnels. The data begins like something that is kept, and is a segment of its own wherever
 * that is possible.
 */
import type { Saying } from './conversation.ts';
import type { Secrets } from './secrets.ts';
import { client, get, head, length, ok, post, proxyV2, server, type Talk, tlv, V2_ADDRESSES } from './talk.ts';

const CHUNKED = 'Transfer-Encoding: chunked';
const chunkSize = (data: string): string => `${data.length.toString(16)}\r\n`;

/** Data that begins like something that is kept, with the secret where that would be in the clear. */
const DISGUISES: readonly { readonly name: string; readonly of: (secret: string) => string }[] = [
  { name: 'nothing', of: (secret) => `name=${secret}` },
  { name: 'a request', of: (secret) => `GET /${secret} HTTP/1.1\r\nHost: ${secret}\r\n\r\n${secret}` },
  { name: 'a response', of: (secret) => `HTTP/1.1 200 ${secret}\r\nX-Name: ${secret}\r\n\r\n${secret}` },
  { name: 'a request without an end', of: (secret) => `POST /${secret} HTTP/1.1\r\nHost: ${secret}` },
  { name: 'a TLS handshake', of: (secret) => `\x16\x03\x01\x00${String.fromCharCode(secret.length)}${secret}` },
  { name: 'a TLS alert', of: (secret) => `\x15\x03\x03\x00${String.fromCharCode(secret.length)}${secret}` },
  { name: 'HTTP/2', of: (secret) => `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${secret}` },
  { name: 'PROXY version 1', of: (secret) => `PROXY ${secret}\r\nGET /${secret} HTTP/1.1\r\n\r\n` },
  { name: 'PROXY version 2', of: (secret) => proxyV2(V2_ADDRESSES + tlv(2, secret)) },
  { name: 'a last chunk', of: (secret) => `0\r\n\r\nGET /${secret} HTTP/1.1\r\n\r\n` },
];

interface Body {
  readonly name: string;
  readonly of: (data: string) => readonly Saying[];
}

/** Ways in which a body travels. */
const BODIES: readonly Body[] = [
  { name: 'upload', of: (data) => [...client(post(length(data)), data), ...server(ok('Content-Length: 0'))] },
  {
    name: 'upload with its head',
    of: (data) => [...client(post(length(data)) + data), ...server(ok('Content-Length: 0'))],
  },
  {
    name: 'upload in pieces',
    of: (data) => [...client(post(length(data + data)), data, data), ...server(ok('Content-Length: 0'))],
  },
  {
    name: 'chunked upload',
    of: (data) => [
      ...client(post(CHUNKED), `${chunkSize(data)}${data}\r\n`, '0\r\n\r\n'),
      ...server(ok('Content-Length: 0')),
    ],
  },
  {
    name: 'chunked upload, sizes apart',
    of: (data) => [
      ...client(post(CHUNKED), chunkSize(data), data, '\r\n', chunkSize(data), data, '\r\n', '0\r\n\r\n'),
      ...server(ok('Content-Length: 0')),
    ],
  },
  {
    name: 'upload after 100 Continue',
    of: (data) => [
      ...client(post(length(data), 'Expect: 100-continue')),
      ...server(head('HTTP/1.1 100 Continue')),
      ...client(data),
      ...server(ok('Content-Length: 0')),
    ],
  },
  {
    name: 'chunked upload after 100 Continue, sizes apart',
    of: (data) => [
      ...client(post(CHUNKED, 'Expect: 100-continue')),
      ...server(head('HTTP/1.1 100 Continue')),
      ...client(chunkSize(data), data, '\r\n', chunkSize(data), data, '\r\n0\r\n\r\n'),
      ...server(ok('Content-Length: 0')),
    ],
  },
  {
    name: 'upload that is answered before its end',
    of: (data) => [
      ...client(post(length(data + data)), data),
      ...server(head('HTTP/1.1 413 Content Too Large', 'Content-Length: 0')),
      ...client(data),
    ],
  },
  {
    name: 'chunked upload that is answered before its end',
    of: (data) => [
      ...client(post(CHUNKED), chunkSize(data), data),
      ...server(head('HTTP/1.1 413 Content Too Large', 'Content-Length: 0')),
      ...client('\r\n', chunkSize(data), data, '\r\n0\r\n\r\n'),
    ],
  },
  {
    name: 'chunked upload that is answered between a size and its data',
    of: (data) => [
      ...client(post(CHUNKED), chunkSize(data)),
      ...server(head('HTTP/1.1 413 Content Too Large', 'Content-Length: 0')),
      ...client(data, '\r\n0\r\n\r\n'),
    ],
  },
  { name: 'download', of: (data) => [...client(get()), ...server(ok(length(data + data)), data, data)] },
  { name: 'download with its head', of: (data) => [...client(get()), ...server(ok(length(data)) + data)] },
  {
    name: 'chunked download, sizes apart',
    of: (data) => [
      ...client(get()),
      ...server(ok(CHUNKED), chunkSize(data), data, '\r\n', chunkSize(data), data, '\r\n', '0\r\n\r\n'),
    ],
  },
  { name: 'download until the end', of: (data) => [...client(get()), ...server(ok('Connection: close'), data, data)] },
  {
    name: 'download that is asked for again before its end',
    of: (data) => [...client(get()), ...server(ok(length(data + data)), data), ...client(get()), ...server(data)],
  },
  {
    name: 'chunked download that is asked for again before its end',
    of: (data) => [
      ...client(get()),
      ...server(ok(CHUNKED), chunkSize(data), data, '\r\n'),
      ...client(get()),
      ...server(chunkSize(data), data, '\r\n0\r\n\r\n'),
    ],
  },
  {
    name: 'chunked download that is asked for again between a size and its data',
    of: (data) => [
      ...client(get()),
      ...server(ok(CHUNKED), chunkSize(data)),
      ...client(get()),
      ...server(data, '\r\n0\r\n\r\n'),
    ],
  },
  {
    name: 'download until the end that is asked for again',
    of: (data) => [...client(get()), ...server(ok('Connection: close'), data), ...client(get()), ...server(data)],
  },
  {
    name: 'early hints before the download',
    of: (data) => [
      ...client(get()),
      ...server(head('HTTP/1.1 103 Early Hints', 'Link: </style.css>'), ok(length(data)), data),
    ],
  },
  {
    name: 'multipart upload',
    of: (data) => {
      const part = (name: string): string =>
        `--cut\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${data}\r\n`;
      const body = [part('one'), data, part('two'), data, '\r\n--cut--\r\n'];
      const type = 'Content-Type: multipart/form-data; boundary=cut';
      return [...client(post(type, length(body.join(''))), ...body), ...server(ok('Content-Length: 0'))];
    },
  },
  {
    name: 'upload behind a split head',
    of: (data) => {
      const whole = post('X-Long: x', length(data));
      return [...client(whole.slice(0, 60), whole.slice(60), data), ...server(ok('Content-Length: 0'))];
    },
  },
  {
    name: 'download behind a split head',
    of: (data) => {
      const whole = ok('X-Long: x', length(data));
      return [...client(get()), ...server(whole.slice(0, 20), whole.slice(20), data)];
    },
  },
  {
    name: 'tunnel after 101',
    of: (data) => [
      ...client(get('Upgrade: websocket', 'Connection: Upgrade')),
      ...server(head('HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'), data),
      ...client(data),
      ...server(data),
    ],
  },
  {
    name: 'tunnel after a split 101',
    of: (data) => [
      ...client(get('Upgrade: websocket', 'Connection: Upgrade')),
      ...server('HTTP/1.1 101 Switching Protocols\r\nUpgrade: webso', 'cket\r\nConnection: Upgrade\r\n\r\n', data),
      ...client(data),
      ...server(data),
    ],
  },
];

/** The body in each disguise. */
function talksOf(body: Body, secrets: Secrets): readonly Talk[] {
  return DISGUISES.map((disguise) => {
    const name = `${body.name} that looks like ${disguise.name}`;
    return { name, sayings: body.of(disguise.of(secrets.plant(name))) };
  });
}

export function bodyTalks(secrets: Secrets): readonly Talk[] {
  return BODIES.flatMap((body) => talksOf(body, secrets));
}
