/** Cost of following: packets a second through decoder and tracker, and heap per open connection. Run: npm run build && node --expose-gc bench/tracker.mjs */
import { buildTcpFrame, LinkType, PacketDecoder, TcpFlag } from '@resetscope/wire';
import { FlowTracker } from '../dist/index.js';

const { SYN, ACK, PSH, FIN } = TcpFlag;
const text = (value) => new TextEncoder().encode(value);
const GET = text('GET /index.html HTTP/1.1\r\nHost: www.shop.test\r\n\r\n');
const OK = text(`HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n${'x'.repeat(1000)}`);

/** Frames of one connection from a port: handshake, exchange, end. */
function connection(port) {
  const there = { src: '10.0.0.1', srcPort: port, dst: '10.0.0.2', dstPort: 80 };
  const back = { src: '10.0.0.2', srcPort: 80, dst: '10.0.0.1', dstPort: port };
  return [
    { ...there, flags: SYN, seq: 0 },
    { ...back, flags: SYN | ACK, seq: 0, ack: 1 },
    { ...there, flags: ACK, seq: 1, ack: 1 },
    { ...there, flags: PSH | ACK, seq: 1, ack: 1, payload: GET },
    { ...back, flags: PSH | ACK, seq: 1, ack: 1 + GET.length, payload: OK },
    { ...there, flags: FIN | ACK, seq: 1 + GET.length, ack: 1 + OK.length },
    { ...back, flags: FIN | ACK, seq: 1 + OK.length, ack: 2 + GET.length },
    { ...there, flags: ACK, seq: 2 + GET.length, ack: 2 + OK.length },
  ].map(buildTcpFrame);
}

function feed(tracker, count, framesOf) {
  const decoder = new PacketDecoder();
  let frameNumber = 0;
  for (let port = 0; port < count; port++)
    for (const bytes of framesOf(port)) {
      frameNumber++;
      decoder.decode({
        frameNumber,
        tsUs: frameNumber * 100,
        linkType: LinkType.ETHERNET,
        wireLen: bytes.length,
        bytes,
      });
      tracker.add(decoder.packet);
    }
  return frameNumber;
}

const newTracker = () => new FlowTracker({ wanted: () => false, streamEnded: () => undefined });
const heap = () => {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

const frames = Array.from({ length: 50_000 }, (_, port) => connection(port));
for (let run = 0; run < 3; run++) {
  const start = process.hrtime.bigint();
  const packets = feed(newTracker(), frames.length, (port) => frames[port]);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  console.log(
    `${(packets / seconds / 1e6).toFixed(2)} million packets a second, ${((seconds / packets) * 1e6).toFixed(2)} us each`,
  );
}
for (const [name, length] of [
  ['a SYN', 1],
  ['a handshake', 3],
  ['one exchange', 5],
]) {
  const tracker = newTracker();
  const before = heap();
  feed(tracker, 20_000, (port) => frames[port].slice(0, length));
  console.log(`${Math.round((heap() - before) / 20_000)} bytes for a connection with ${name}`);
  tracker.end();
}
