/**
 * An error log as a busy nginx writes it at level `info`: clients that close keepalive connections, missing files, a rate
 * limit, upstreams that time out or answer badly, and in a given share of the lines connections that were reset. Made,
 * not recorded, and always the same.
 */
import { closeSync, openSync, writeSync } from 'node:fs';

const SHOPS = ['www.shop.test', 'm.shop.test', 'api.shop.test'];
const PATHS = [
  '/favicon.ico',
  '/app/pay1216?id=4711&session=0f3a9c77d1',
  '/cart',
  '/api/v2/orders/88123/items',
  '/img/p/4711-large.webp',
];
const UPSTREAMS = ['10.4.40.195:9000', '10.4.40.196:9000', '10.4.41.17:9000'];

/** Repeats after so many lines, which is more than any cache holds. */
const VARIETY = 7919;

const pick = (list, number) => list[number % list.length];
const client = (number) => `10.255.${number % 251}.${(number * 7) % 253}`;

function context(number, upstream) {
  const path = pick(PATHS, number);
  const shop = pick(SHOPS, number);
  const proxied = upstream ? `, upstream: "http://${pick(UPSTREAMS, number)}${path}"` : '';
  return `client: ${client(number)}, server: ${shop}, request: "GET ${path} HTTP/1.1"${proxied}, host: "${shop}", referrer: "https://${shop}/cart"`;
}

/** What nginx logs between resets, in the order a line's number picks it. */
const ORDINARY = [
  (n) => ['info', `client ${client(n)} closed keepalive connection`],
  (n) => ['info', `client ${client(n)} closed keepalive connection`],
  (n) => [
    'error',
    `open() "/usr/share/nginx/html${pick(PATHS, n)}" failed (2: No such file or directory), ${context(n)}`,
  ],
  (n) => [
    'warn',
    `a client request body is buffered to a temporary file /var/lib/nginx/body/00${n}, ${context(n, true)}`,
  ],
  (n) => ['error', `limiting requests, excess: 20.${n % 1000} by zone "perip", ${context(n)}`],
  (n) => [
    'error',
    `upstream timed out (110: Connection timed out) while reading response header from upstream, ${context(n, true)}`,
  ],
  (n) => [
    'warn',
    `an upstream response is buffered to a temporary file /var/lib/nginx/proxy/00${n} while reading upstream, ${context(n, true)}`,
  ],
];
const RESETS = [
  (n) => [
    'error',
    `recv() failed (104: Connection reset by peer) while reading response header from upstream, ${context(n, true)}`,
  ],
  (n) => ['info', `recv() failed (104: Connection reset by peer) while sending to client, ${context(n, true)}`],
];

const two = (number) => String(number).padStart(2, '0');

/** One line with its `\n`; `number` is its connection number. A thousand lines have one second. */
export function errorLogLine(number, isReset) {
  const second = Math.floor(number / 1000) % 86_400;
  const stamp = `2026/11/22 ${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
  const [level, message] = pick(isReset ? RESETS : ORDINARY, number)(number % VARIETY);
  return `${stamp} [${level}] 31122#31122: *${number} ${message}\n`;
}

/** Writes at least `bytes` bytes; every `resetEvery`-th line is a reset. @returns what was written */
export function writeErrorLog(path, bytes, resetEvery) {
  const file = openSync(path, 'w');
  const made = { bytes: 0, lines: 0, resets: 0 };
  try {
    while (made.bytes < bytes) {
      const lines = [];
      for (let i = 0; i < 10_000; i++) {
        const isReset = made.lines % resetEvery === 0;
        lines.push(errorLogLine(made.lines, isReset));
        made.lines++;
        if (isReset) made.resets++;
      }
      made.bytes += writeSync(file, lines.join(''), null, 'latin1');
    }
  } finally {
    closeSync(file);
  }
  return made;
}
