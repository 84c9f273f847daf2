/** The shop behind nginx in `--profile demo`: answers, and hangs up where the path asks for it. One request a connection. */
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const PORT = 8080;

/** Processing time before a reset: long against a round trip. */
const THINK_MS = 50;
/** Longer than any client of the demo waits. */
const SLOW_ANSWER_MS = 1500;
/** More than what nginx and the kernel hold for a client that does not read. */
const BIG_BODY_LEN = 2 << 20;
/** Announced length of a body that is cut after a tenth. */
const CUT_BODY_LEN = 20_000;

/** How a request is answered, by the first part of its path; all others at once. */
const ANSWERS = {
  orders: thenReset(''),
  quotes: thenReset('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Trace'),
  invoices: thenReset(`${head(CUT_BODY_LEN)}${'x'.repeat(CUT_BODY_LEN / 10)}`),
  reports: async (socket) => {
    await delay(SLOW_ANSWER_MS);
    answer(socket, '{"rows":[]}\n');
  },
  media: (socket) => answer(socket, 'x'.repeat(BIG_BODY_LEN)),
};

function head(contentLen) {
  return `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${contentLen}\r\n\r\n`;
}

function answer(socket, body) {
  if (!socket.destroyed) socket.end(head(body.length) + body);
}

function thenReset(part) {
  return async (socket) => {
    socket.write(part);
    await delay(THINK_MS);
    socket.resetAndDestroy();
  };
}

createServer((socket) => {
  let received = '';
  socket.on('error', () => undefined); // nginx hangs up when its client does
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1');
    const [, bodyLen = 0] = /\r\ncontent-length: (\d+)\r\n/i.exec(received) ?? [];
    const headEnd = received.indexOf('\r\n\r\n');
    if (headEnd < 0 || received.length < headEnd + 4 + Number(bodyLen)) return;
    socket.removeAllListeners('data').resume();
    const [, first = ''] = /^\w+ \/([a-z]+)/.exec(received) ?? [];
    const answerTo = Object.hasOwn(ANSWERS, first) ? ANSWERS[first] : (to) => answer(to, '{"status":"ok"}\n');
    void answerTo(socket);
  });
}).listen(PORT);

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
