/**
 * Health checks of a layer-4 load balancer: SYN, SYN/ACK, RST. The SYN leaves through a raw socket from an address
 * without a TCP socket, so this host's kernel answers nginx's SYN/ACK with a RST. nginx never sees any of it.
 */
import type { ListenAddress } from '@resetscope/telemetry';
import { buildTcpPacket, TcpFlag } from '@resetscope/wire';
import koffi from 'koffi';

/** bits/socket.h, netinet/in.h on Linux. IPPROTO_RAW: we write the IP header (raw(7)). */
const AF_INET = 2;
const SOCK_RAW = 3;
const IPPROTO_RAW = 255;
/** struct sockaddr_in (netinet/in.h): family, port, address, padding. */
const SOCKADDR_IN_LEN = 16;

const PROBE_EVERY_MS = 25;

/** Source ports: above those the kernel gives to clients (net.ipv4.ip_local_port_range, default 32768..60999). */
const FIRST_PORT = 61_000;
const PORT_COUNT = 4000;

interface RawSocket {
  send(packet: Uint8Array): void;
  close(): void;
}

export class SynProbes {
  readonly #socket: RawSocket;
  readonly #timer: NodeJS.Timeout;
  #sentCount = 0;

  /** Probes `to` from the loopback address `from` until stop(). Needs CAP_NET_RAW; throws with the errno otherwise. */
  constructor(from: string, to: ListenAddress) {
    this.#socket = openRawSocket(to.host);
    this.#timer = setInterval(() => {
      const srcPort = FIRST_PORT + (this.#sentCount % PORT_COUNT);
      const seq = Math.floor(Math.random() * 2 ** 32);
      const ends = { src: from, srcPort, dst: to.host, dstPort: to.port };
      this.#socket.send(buildTcpPacket({ ...ends, flags: TcpFlag.SYN, seq }));
      this.#sentCount++;
    }, PROBE_EVERY_MS);
  }

  get sentCount(): number {
    return this.#sentCount;
  }

  /** Idempotent. */
  stop(): void {
    clearInterval(this.#timer);
    this.#socket.close();
  }
}

function openRawSocket(to: string): RawSocket {
  const libc = koffi.load('libc.so.6');
  const socket = libc.func('int socket(int, int, int)');
  const sendto = libc.func('intptr_t sendto(int, const uint8_t *, size_t, int, const uint8_t *, uint32_t)');
  const close = libc.func('int close(int)');
  let fd: number = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
  if (fd < 0) throw new Error(`raw socket: errno ${koffi.errno()}`);
  const destination = sockaddrIn(to);
  return {
    send: (packet) => sendto(fd, packet, packet.byteLength, 0, destination, SOCKADDR_IN_LEN),
    close: () => {
      if (fd >= 0) close(fd);
      fd = -1;
    },
  };
}

/** Port 0: a raw socket has none. The family is in host byte order. */
function sockaddrIn(address: string): Uint8Array {
  const bytes = new Uint8Array(SOCKADDR_IN_LEN);
  new Uint16Array(bytes.buffer)[0] = AF_INET;
  bytes.set(address.split('.').map(Number), 4);
  return bytes;
}
