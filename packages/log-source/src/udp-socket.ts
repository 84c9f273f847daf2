/** A UDP socket for syslog datagrams. */
import { createSocket } from 'node:dgram';
import { describeListenError, formatListenAddress, type ListenAddress } from '@resetscope/telemetry';
import type { DatagramSocket } from './datagram-socket.ts';
import { udpDrops } from './udp-drops.ts';

/** Asked of the kernel, which gives at most net.core.rmem_max: a burst waits there while the process is busy. */
const RECEIVE_BUFFER_LEN = 8 * 1024 * 1024;

/** receive: the bytes are the callee's. @throws ClearError RS_PORT_IN_USE, RS_USAGE for an address that is not ours. */
export async function openUdpSocket(
  listen: ListenAddress,
  receive: (datagram: Uint8Array) => void,
): Promise<DatagramSocket> {
  const socket = createSocket(listen.host.includes(':') ? 'udp6' : 'udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (error) => reject(describeListenError(error, listen, 'syslog')));
    socket.bind({ port: listen.port, address: listen.host, exclusive: true }, resolve);
  });
  socket.removeAllListeners('error');
  // an ICMP error of a datagram we never send; the socket goes on
  socket.on('error', () => undefined);
  socket.setRecvBufferSize(RECEIVE_BUFFER_LEN);
  socket.on('message', receive);
  const { port } = socket.address();
  return {
    address: formatListenAddress({ host: listen.host, port }),
    kernelDrops: () => udpDrops(port),
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}
