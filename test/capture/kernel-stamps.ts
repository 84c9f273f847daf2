/**
 * Makes the kernel stamp every packet once, when it arrives or leaves, for all who look at it. Otherwise each packet socket takes the
 * time for itself when it gets its copy (net/packet/af_packet.c, tpacket_get_timestamp), and the times of two captures differ by the
 * microseconds between them. What is asked for is SO_TIMESTAMP on a socket that receives nothing (net/core/sock.c, sock_enable_timestamp).
 */
import koffi from 'koffi';

const AF_INET = 2;
const SOCK_DGRAM = 2;
/** asm-generic/socket.h. */
const SOL_SOCKET = 1;
const SO_TIMESTAMP = 29;

/** The function returned lets the kernel go back to what it does by itself. */
export function stampPacketsOnce(): () => void {
  const libc = koffi.load(null);
  const descriptor: number = libc.func('int socket(int, int, int)')(AF_INET, SOCK_DGRAM, 0);
  const on = Buffer.from(Int32Array.of(1).buffer);
  libc.func('int setsockopt(int, int, int, const void *, uint32_t)')(
    descriptor,
    SOL_SOCKET,
    SO_TIMESTAMP,
    on,
    on.length,
  );
  return () => {
    libc.func('int close(int)')(descriptor);
  };
}
