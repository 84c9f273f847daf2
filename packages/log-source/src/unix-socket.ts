/**
 * A unix datagram socket, which Node does not have: a few calls of libc through koffi. Waiting is one poll(2) on a thread of
 * Node's pool, receiving never blocks. Linux only.
 */
import { Buffer } from 'node:buffer';
import { chmod, lstat, rm } from 'node:fs/promises';
import { constants, endianness } from 'node:os';
import { ClearError } from '@resetscope/telemetry';
import type { DatagramSocket } from './datagram-socket.ts';

type Koffi = typeof import('koffi');

/** linux/socket.h, linux/net.h, asm-generic/poll.h. */
const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const SHUT_RDWR = 2;
const POLLIN = 1;

/** Longest datagram received whole: many times what nginx sends (2078 bytes seen, nginx-error-log.md 1.5). */
const DATAGRAM_MAX_LEN = 65_536;
/** Received before the event loop has its turn again. */
const RECEIVE_MAX = 1000;
/** A wait ends after this long and begins again: process.exit() waits for the threads of Node's pool (measured). */
const WAIT_MS = 250;
/** Anybody may log, as with /dev/log: nginx's workers run as another user. The folder is what limits it. */
const SOCKET_MODE = 0o666;

function bindLibc(koffi: Koffi) {
  const libc = koffi.load(null);
  return {
    socket: libc.func('int socket(int, int, int)'),
    bind: libc.func('int bind(int, const void *, uint32_t)'),
    connect: libc.func('int connect(int, const void *, uint32_t)'),
    recv: libc.func('int64_t recv(int, void *, size_t, int)'),
    poll: libc.func('int poll(void *, uint64_t, int)'),
    shutdown: libc.func('int shutdown(int, int)'),
    close: libc.func('int close(int)'),
  };
}
type Libc = ReturnType<typeof bindLibc>;

/**
 * receive: the bytes are the callee's. A socket file that nobody listens on any more is replaced.
 * @throws ClearError RS_PORT_IN_USE, RS_FILE_UNREADABLE when there can be no socket at the path
 */
export async function openUnixSocket(path: string, receive: (datagram: Uint8Array) => void): Promise<DatagramSocket> {
  const koffi = await loadKoffi();
  const libc = bindLibc(koffi);
  await makeRoom(koffi, libc, path);
  const fd = libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const address = unixAddress(path);
  if (libc.bind(fd, address, address.byteLength) < 0) {
    const errno = koffi.errno();
    libc.close(fd);
    throw cannotBind(path, errno);
  }
  await chmod(path, SOCKET_MODE);
  const receiver = new UnixReceiver(libc, fd, receive);
  return {
    address: `unix:${path}`,
    kernelDrops: () => Promise.resolve(undefined),
    close: async () => {
      await receiver.close();
      await rm(path, { force: true });
    },
  };
}

class UnixReceiver {
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #receive: (datagram: Uint8Array) => void;
  readonly #buffer = Buffer.alloc(DATAGRAM_MAX_LEN);
  /** struct pollfd: fd, events, revents. */
  readonly #pollfd: Buffer = Buffer.from(Int32Array.of(0, 0).buffer);
  #isClosed = false;
  #closed: () => void = () => undefined;

  constructor(libc: Libc, fd: number, receive: (datagram: Uint8Array) => void) {
    this.#libc = libc;
    this.#fd = fd;
    this.#receive = receive;
    new Int32Array(this.#pollfd.buffer, this.#pollfd.byteOffset, 1)[0] = fd;
    new Int16Array(this.#pollfd.buffer, this.#pollfd.byteOffset + 4, 1)[0] = POLLIN;
    this.#wait();
  }

  /** Takes what is there, and ends. */
  close(): Promise<void> {
    this.#isClosed = true;
    return new Promise((resolve) => {
      this.#closed = resolve;
      // wakes poll(2)
      this.#libc.shutdown(this.#fd, SHUT_RDWR);
    });
  }

  #wait(): void {
    this.#libc.poll.async(this.#pollfd, 1, WAIT_MS, () => this.#drain());
  }

  #drain(): void {
    for (let count = 0; count < RECEIVE_MAX; count++) {
      const len = Number(this.#libc.recv(this.#fd, this.#buffer, DATAGRAM_MAX_LEN, MSG_DONTWAIT));
      // an empty datagram looks like the end that shutdown(2) makes
      if (len < 0 || (len === 0 && this.#isClosed)) break;
      this.#receive(new Uint8Array(this.#buffer.subarray(0, len)));
    }
    if (!this.#isClosed) {
      this.#wait();
      return;
    }
    this.#libc.close(this.#fd);
    this.#closed();
  }
}

async function loadKoffi(): Promise<Koffi> {
  if (process.platform === 'linux') {
    try {
      return (await import('koffi')).default as unknown as Koffi;
    } catch (error) {
      throw new ClearError('RS_PROGRAM_MISSING', 'syslog: a unix socket needs koffi', 'install it, or use UDP', error);
    }
  }
  throw new ClearError('RS_USAGE', `syslog: a unix socket needs Linux, this is ${process.platform}`, 'use UDP');
}

/** struct sockaddr_un: family and path, with its NUL. */
function unixAddress(path: string): Buffer {
  const family = Buffer.alloc(2);
  if (endianness() === 'LE') family.writeUInt16LE(AF_UNIX);
  else family.writeUInt16BE(AF_UNIX);
  return Buffer.concat([family, Buffer.from(`${path}\0`)]);
}

/** Removes a socket that nobody listens on. */
async function makeRoom(koffi: Koffi, libc: Libc, path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined || !found.isSocket()) return;
  const fd = libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const address = unixAddress(path);
  const isDead = libc.connect(fd, address, address.byteLength) < 0 && koffi.errno() === constants.errno.ECONNREFUSED;
  libc.close(fd);
  if (isDead) await rm(path, { force: true });
}

function cannotBind(path: string, errno: number): ClearError {
  const { EADDRINUSE, ENOENT, EACCES } = constants.errno;
  if (errno === EADDRINUSE) {
    return new ClearError(
      'RS_PORT_IN_USE',
      `syslog: ${path} is in use by another process or is a file`,
      'choose another path',
    );
  }
  const name = errno === ENOENT ? 'no such folder' : errno === EACCES ? 'no permission' : `errno ${errno}`;
  return new ClearError(
    'RS_FILE_UNREADABLE',
    `syslog: expected to make a socket at ${path}, got: ${name}`,
    'choose another path',
  );
}
