/** Cost of following: time per packet through decoder and tracker, and heap per open connection (with node --expose-gc). */
import { FlowTracker } from '@resetscope/flow';
import { buildTcpFrame, LinkType, PacketDecoder, TcpFlag } from '@resetscope/wire';

const { SYN, ACK, PSH, FIN } = TcpFlag;
const CONNECTIONS = 50_000;
const HELD = 20_000;
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

function feed(tracker, connections) {
  const decoder = new PacketDecoder();
  let frameNumber = 0;
  for (const frames of connections)
    for (const bytes of frames) {
      frameNumber++;
      const frame = { frameNumber, tsUs: frameNumber * 100, linkType: LinkType.ETHERNET, wireLen: bytes.length, bytes };
      decoder.decode(frame);
      tracker.add(decoder.packet);
    }
  return frameNumber;
}

const newTracker = () => new FlowTracker({ wanted: () => false, streamEnded: () => undefined });

function heap() {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function heapPerConnection(connections, length) {
  const tracker = newTracker();
  const before = heap();
  feed(
    tracker,
    connections.slice(0, HELD).map((frames) => frames.slice(0, length)),
  );
  const bytes = Math.round((heap() - before) / HELD);
  tracker.end();
  return bytes;
}

export const flow = {
  about: 'decoder and connection tracking: ns per packet, heap per open connection',
  run() {
    const connections = Array.from({ length: CONNECTIONS }, (_, port) => connection(port));
    const nsPerPacket = [1, 2, 3].map(() => {
      const start = process.hrtime.bigint();
      const packets = feed(newTracker(), connections);
      return Math.round(Number(process.hrtime.bigint() - start) / packets);
    });
    return {
      nsPerPacket: Math.min(...nsPerPacket),
      heapBytes: {
        afterSyn: heapPerConnection(connections, 1),
        afterHandshake: heapPerConnection(connections, 3),
        afterExchange: heapPerConnection(connections, 5),
      },
    };
  },
};
