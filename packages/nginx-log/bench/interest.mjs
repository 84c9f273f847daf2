/** Prints how fast the byte test and the parser go over lines of the usual shapes: `node bench/interest.mjs` after `tsc -b`. */
import { mayBeOfInterest, parseErrorLogLine } from '../dist/index.js';

const head = '2026/11/22 07:59:09 [info] 31122#31122: *41 ';
const context =
  ', client: 10.255.252.190, server: www.shop.test, request: "GET /app/pay1216?id=4711 HTTP/1.1", upstream: "http://10.4.40.195:9000/app/pay1216?id=4711", host: "m.shop.test", referrer: "https://m.shop.test/cart"';
const shapes = {
  'closed keepalive': `${head}client 10.255.252.190 closed keepalive connection`,
  'other error': `${head}open() "/usr/share/nginx/html/favicon.ico" failed (2: No such file or directory)${context}`,
  reset: `${head}recv() failed (104: Connection reset by peer) while sending to client${context}`,
};

function megabytesPerSecond(line, read) {
  const count = 1_000_000;
  const startNs = process.hrtime.bigint();
  for (let i = 0; i < count; i++) read(line);
  const seconds = Number(process.hrtime.bigint() - startNs) / 1e9;
  return Math.round((line.byteLength * count) / seconds / 1e6);
}

for (const [name, text] of Object.entries(shapes)) {
  const line = Buffer.from(text, 'latin1');
  const test = megabytesPerSecond(line, mayBeOfInterest);
  const parse = megabytesPerSecond(line, parseErrorLogLine);
  console.log(`${name}: ${line.byteLength} bytes, byte test ${test} MB/s, parser ${parse} MB/s`);
}
