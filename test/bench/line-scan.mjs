/** How fast the byte test and the parser of nginx-log go over lines of the usual shapes. */
import { mayBeOfInterest, parseErrorLogLine } from '@resetscope/nginx-log';

const HEAD = '2026/11/22 07:59:09 [info] 31122#31122: *41 ';
const CONTEXT =
  ', client: 10.255.252.190, server: www.shop.test, request: "GET /app/pay1216?id=4711 HTTP/1.1", upstream: "http://10.4.40.195:9000/app/pay1216?id=4711", host: "m.shop.test", referrer: "https://m.shop.test/cart"';
const SHAPES = {
  closedKeepalive: `${HEAD}client 10.255.252.190 closed keepalive connection`,
  otherError: `${HEAD}open() "/usr/share/nginx/html/favicon.ico" failed (2: No such file or directory)${CONTEXT}`,
  reset: `${HEAD}recv() failed (104: Connection reset by peer) while sending to client${CONTEXT}`,
};
const LINES = 300_000;

function megabytesPerSecond(line, read) {
  const startNs = process.hrtime.bigint();
  for (let i = 0; i < LINES; i++) read(line);
  const seconds = Number(process.hrtime.bigint() - startNs) / 1e9;
  return Math.round((line.byteLength * LINES) / seconds / 1e6);
}

export const lineScan = {
  about: 'byte test and parser of error-log lines: MB a second',
  run() {
    const shapes = Object.entries(SHAPES).map(([name, text]) => {
      const line = Buffer.from(text, 'latin1');
      const byteTest = megabytesPerSecond(line, mayBeOfInterest);
      return [name, { bytes: line.byteLength, byteTest, parser: megabytesPerSecond(line, parseErrorLogLine) }];
    });
    return { megabytesPerSecond: Object.fromEntries(shapes) };
  },
};
