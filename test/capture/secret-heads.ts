/** Conversations with secrets in heads, said in all the pieces in which a head may travel, and around them. */
import type { Saying } from './conversation.ts';
import type { Secrets } from './secrets.ts';
import { client, get, HOST, head, length, ok, PATH, proxyV2, server, type Talk, tlv, V2_ADDRESSES } from './talk.ts';

/** Names given to the capture: --mask-header, --mask-parameter. */
export const MASKED_HEADER = 'X-Api-Key';
export const MASKED_PARAMETER = 'sig';

/** Values are masked by default (README of packages/ring). */
const HEADERS = ['Authorization', 'Proxy-Authorization', 'Cookie', 'Set-Cookie', MASKED_HEADER];
const PARAMETERS = [
  'password',
  'passwd',
  'token',
  'access_token',
  'secret',
  'api_key',
  'apikey',
  'key',
  'auth',
  'session',
  MASKED_PARAMETER,
];

function headTexts(secrets: Secrets): readonly (readonly [name: string, text: string])[] {
  const plant = (name: string): string => secrets.plant(`head: ${name}`);
  const spelt: readonly ((name: string, value: string) => string)[] = [
    (name, value) => `${name}: ${value}`,
    (name, value) => `${name.toUpperCase()}:${value}`,
    (name, value) => `${name.toLowerCase()} :\t${value}`,
    (name, value) => `${name}: Bearer\r\n ${value}\r\n\t${value}`,
  ];
  const headers = HEADERS.flatMap((name) => spelt.map((spell) => spell(name, plant(name))));
  const parameters = [
    ...PARAMETERS.map((name) => `${name}=${plant(name)}`),
    `TOKEN=${plant('upper case')}`,
    `%74oken=${plant('percent')}`,
    `a=1;token=${plant('semicolon')}`,
  ];
  return [
    ['headers', get(...headers.slice(0, 4))],
    ...headers.map((header): readonly [string, string] => [header, get('Accept: */*', header, 'X-Last: 1')]),
    ...headers.map((header): readonly [string, string] => [header, ok('Server: nginx', header, 'Content-Length: 0')]),
    ...parameters.map((text): readonly [string, string] => [
      text,
      head(`GET ${PATH}?a=b&${text}&c=d HTTP/1.1`, `Host: ${HOST}`, `Referer: http://${HOST}/?${text}`),
    ]),
    ...parameters.map((text): readonly [string, string] => [
      text,
      head('HTTP/1.1 302 Found', `Location: http://${HOST}${PATH}#${text}`, 'Content-Length: 0'),
    ]),
    ['bare line feeds', `GET ${PATH} HTTP/1.1\nHost: ${HOST}\nCookie: ${plant('bare line feed')}\n\n`],
    ['absolute form', head(`GET http://${HOST}${PATH}?token=${plant('absolute form')} HTTP/1.1`, `Host: ${HOST}`)],
  ];
}

/** Heads of requests and responses, whole. */
export function headTalks(secrets: Secrets): readonly Talk[] {
  return headTexts(secrets).map(([name, text]) => ({ name, sayings: saidAfterRequest(text, [text]) }));
}

/** Responses are preceded by a request. */
function saidAfterRequest(text: string, pieces: readonly string[]): readonly Saying[] {
  return text.startsWith('HTTP/') ? [...client(get()), ...server(...pieces)] : client(...pieces);
}

/** One request and one response with secrets in all places, and two requests in one go, each cut in two everywhere; and byte by byte. */
export function splitTalks(secrets: Secrets): readonly Talk[] {
  const plant = (name: string): string => secrets.plant(`split ${name}`);
  const body = plant('body');
  const request = head(
    `POST ${PATH}?token=${plant('token')} HTTP/1.1`,
    `Host: ${HOST}`,
    `Authorization: Basic ${plant('authorization')}`,
    `Cookie: a=${plant('cookie')}`,
    length(body),
  );
  const response = ok(`Set-Cookie: a=${plant('set-cookie')}`, `Location: /?auth=${plant('auth')}`, length(body));
  const pipelined = request + body + get(`Cookie: ${plant('pipelined cookie')}`);
  const texts = [request + body, response + body, pipelined];
  const halves = texts.flatMap((text) =>
    Array.from({ length: text.length - 1 }, (_, i) => [text.slice(0, i + 1), text.slice(i + 1)]),
  );
  const bytes = texts.map((text) => [...text]);
  return [...halves, ...bytes].map((pieces) => ({
    name: `${pieces.length} pieces, the first of ${pieces[0]?.length} bytes`,
    sayings: saidAfterRequest(pieces.join(''), pieces),
  }));
}

/** What version 2 of the PROXY protocol says besides addresses, known to be kept behind those of IPv4. */
export function tlvTalks(secrets: Secrets): readonly Talk[] {
  const authority = tlv(2, secrets.plant('PROXY authority'));
  const v2 = proxyV2(V2_ADDRESSES + authority + tlv(0xe0, secrets.plant('PROXY application TLV')));
  return [
    { name: 'PROXY version 2, then a request', sayings: client(v2, get()) },
    { name: 'PROXY version 2 with a request', sayings: client(v2 + get()) },
  ];
}

/** The same in two pieces: nothing of it is kept. */
function splitTlvTalks(secrets: Secrets): readonly Talk[] {
  const v2 = proxyV2(V2_ADDRESSES + tlv(2, secrets.plant('split PROXY authority')));
  return Array.from({ length: v2.length - 1 }, (_, i) => ({
    name: `PROXY version 2 cut after ${i + 1}`,
    sayings: client(v2.slice(0, i + 1), v2.slice(i + 1) + get(`Cookie: ${secrets.plant(`PROXY cookie ${i}`)}`)),
  }));
}

/** PROXY headers before a request, HTTP/2, TLS, tunnels, and heads that are longer than what is kept. */
export function otherTalks(secrets: Secrets): readonly Talk[] {
  const plant = (name: string): string => secrets.plant(name);
  const v2 = proxyV2(V2_ADDRESSES);
  const request = get(`Cookie: ${plant('cookie behind PROXY')}`);
  const record = (type: number, data: string): string =>
    `${String.fromCharCode(type)}\x03\x03${String.fromCharCode(data.length >> 8, data.length & 255)}${data}`;
  return [
    ...splitTlvTalks(secrets),
    { name: 'PROXY version 2, then a request', sayings: client(v2, request) },
    { name: 'PROXY version 2 with a request', sayings: client(v2 + request) },
    { name: 'PROXY version 1 with a request', sayings: client(`PROXY TCP4 10.0.0.1 10.0.0.2 4660 80\r\n${request}`) },
    {
      name: 'HTTP/2 with prior knowledge',
      sayings: client(
        `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\0\0\x18\x01\x05\0\0\0\x01${plant('HTTP/2 header block')}`,
      ),
    },
    {
      name: 'TLS',
      sayings: client(record(22, 'hello') + record(23, plant('TLS data')), record(23, plant('more TLS data'))),
    },
    {
      name: 'CONNECT',
      sayings: [
        ...client(head(`CONNECT ${HOST}:443 HTTP/1.1`, `Proxy-Authorization: Basic ${plant('CONNECT')}`)),
        ...server(head('HTTP/1.1 200 Connection established')),
        ...client(`GET /${plant('tunnel of CONNECT')} HTTP/1.1\r\n\r\n`),
      ],
    },
    ...Array.from({ length: 40 }, (_, i) => ({
      name: `a head cut by the limit, ${i}`,
      sayings: client(get(`X-Long: ${'x'.repeat(400 + i)}`, `Cookie: ${plant('cookie at the limit')}`)),
    })),
  ];
}
