/**
 * The few calls of packet(7) that Node does not have, made through koffi. Nothing here interprets packets. Every call returns
 * what the kernel returns; a failure is thrown as a SocketError with its errno.
 */
import { endianness } from 'node:os';
import { type BpfInstruction, encodeFilter } from './bpf.ts';
import type { Koffi } from './koffi.ts';
import type { RingGeometry } from './tpacket-ring.ts';

/** linux/socket.h, linux/if_packet.h, asm-generic/socket.h, asm-generic/mman-common.h. */
const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;
const SOL_PACKET = 263;
const PACKET_ADD_MEMBERSHIP = 1;
const PACKET_MR_PROMISC = 1;
const PACKET_RX_RING = 5;
const PACKET_STATISTICS = 6;
const PACKET_VERSION = 10;
const TPACKET_V3 = 2;
const ETH_P_ALL = 3;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
/** mmap's (void *) -1. */
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;
const SOCKADDR_LL_LEN = 20;
/** linux/sockios.h, net/if.h: struct ifreq is a name with its NUL and a union. */
const SIOCGIFFLAGS = 0x8913;
const SIOCGIFINDEX = 0x8933;
const IFNAMSIZ = 16;
const IFREQ_LEN = 40;

/** Least frame the ring is laid out for; TPACKET_V3 packs packets closer, the value only has to divide a block. */
const FRAME_LEN = 2048;

const isLittleEndian = endianness() === 'LE';

/** A call the kernel refused. */
export class SocketError extends Error {
  override readonly name = 'SocketError';
  readonly errno: number;

  constructor(call: string, errno: number) {
    super(`${call} failed with errno ${errno}`);
    this.errno = errno;
  }
}

export interface KernelCounts {
  /** Since the last reading: the kernel starts again at 0. Drops are part of packets. */
  readonly packets: number;
  readonly drops: number;
}

function bindLibc(koffi: Koffi) {
  const libc = koffi.load(null);
  const program = koffi.struct({ length: 'uint16_t', filter: 'void *' });
  return {
    socket: libc.func('int socket(int, int, int)'),
    bind: libc.func('int bind(int, const void *, uint32_t)'),
    setOption: libc.func('int setsockopt(int, int, int, const void *, uint32_t)'),
    attachFilter: libc.func('setsockopt', 'int', ['int', 'int', 'int', koffi.pointer(program), 'uint32_t']),
    filterLen: koffi.sizeof(program),
    getOption: libc.func('int getsockopt(int, int, int, void *, void *)'),
    map: libc.func('void *mmap(void *, size_t, int, int, int, int64_t)'),
    unmap: libc.func('int munmap(void *, size_t)'),
    close: libc.func('int close(int)'),
    control: libc.func('int ioctl(int, unsigned long, void *)'),
    boundTo: libc.func('int getsockname(int, void *, void *)'),
  };
}
type Libc = ReturnType<typeof bindLibc>;

/** An AF_PACKET socket with a mapped receive ring. It receives nothing before bind. */
export class PacketSocket {
  private readonly koffi: Koffi;
  private readonly libc: Libc;
  private readonly fd: number;
  private mapping: { readonly pointer: unknown; readonly length: number } | null = null;
  private isOpen = true;

  /**
   * descriptor: of a socket that is open already, for nobody else to use. @throws SocketError EPERM without CAP_NET_RAW,
   * EAFNOSUPPORT where the kernel has no AF_PACKET.
   */
  constructor(koffi: Koffi, descriptor?: number) {
    this.koffi = koffi;
    this.libc = bindLibc(koffi);
    this.fd = descriptor ?? this.check('socket', this.libc.socket(AF_PACKET, SOCK_RAW, 0));
  }

  get descriptor(): number {
    return this.fd;
  }

  /** Index of an interface in the socket's network namespace; 0: there is none of this name. */
  interfaceIndex(name: string): number {
    return this.askInterface(SIOCGIFINDEX, name)?.getInt32(IFNAMSIZ, isLittleEndian) ?? 0;
  }

  /** IFF_ bits of linux/if.h; 0 also when there is no such interface. */
  interfaceFlags(name: string): number {
    return this.askInterface(SIOCGIFFLAGS, name)?.getUint16(IFNAMSIZ, isLittleEndian) ?? 0;
  }

  attachFilter(program: readonly BpfInstruction[]): void {
    const filter = Buffer.from(encodeFilter(program, isLittleEndian));
    const argument = { length: program.length, filter };
    this.check(
      'setsockopt SO_ATTACH_FILTER',
      this.libc.attachFilter(this.fd, SOL_SOCKET, SO_ATTACH_FILTER, argument, this.libc.filterLen),
    );
  }

  /** Sets up and maps the ring; a block that is not full is finished after retireMs. */
  mapRing(geometry: RingGeometry, retireMs: number): ArrayBuffer {
    const { blockLen, blockCount } = geometry;
    const length = blockLen * blockCount;
    this.setWords('PACKET_VERSION', PACKET_VERSION, [TPACKET_V3]);
    // struct tpacket_req3: block size, blocks, frame size, frames, timeout, private bytes, features.
    const frames = length / FRAME_LEN;
    this.setWords('PACKET_RX_RING', PACKET_RX_RING, [blockLen, blockCount, FRAME_LEN, frames, retireMs, 0, 0]);
    const pointer = this.libc.map(null, length, PROT_READ_WRITE, MAP_SHARED, this.fd, 0);
    if (BigInt.asUintN(64, BigInt(pointer ?? MAP_FAILED)) === MAP_FAILED)
      throw new SocketError('mmap', this.koffi.errno());
    this.mapping = { pointer, length };
    return this.koffi.view(pointer, length);
  }

  /** ifIndex 0: every interface. The kernel asks for no right here: a socket may be bound anew by whoever holds it. */
  bind(ifIndex: number): void {
    const address = new DataView(new ArrayBuffer(SOCKADDR_LL_LEN));
    address.setUint16(0, AF_PACKET, isLittleEndian);
    address.setUint16(2, ETH_P_ALL);
    address.setInt32(4, ifIndex, isLittleEndian);
    this.check('bind', this.libc.bind(this.fd, Buffer.from(address.buffer), SOCKADDR_LL_LEN));
  }

  /** Index of the interface bound to; 0 before bind, -1 once that interface was removed. */
  get boundIndex(): number {
    const address = new DataView(new ArrayBuffer(SOCKADDR_LL_LEN));
    const length = Buffer.from(Uint32Array.of(SOCKADDR_LL_LEN).buffer);
    this.check('getsockname', this.libc.boundTo(this.fd, Buffer.from(address.buffer), length));
    return address.getInt32(4, isLittleEndian);
  }

  /** Frames for other stations too, until the socket is closed or the interface removed (struct packet_mreq). */
  joinPromiscuous(ifIndex: number): void {
    const request = new DataView(new ArrayBuffer(16));
    request.setInt32(0, ifIndex, isLittleEndian);
    request.setUint16(4, PACKET_MR_PROMISC, isLittleEndian);
    const value = Buffer.from(request.buffer);
    const result = this.libc.setOption(this.fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, value, value.length);
    this.check('setsockopt PACKET_ADD_MEMBERSHIP', result);
  }

  /** struct tpacket_stats_v3. */
  readCounts(): KernelCounts {
    const words = new Uint32Array(3);
    const length = Uint32Array.of(words.byteLength);
    const [value, valueLen] = [Buffer.from(words.buffer), Buffer.from(length.buffer)];
    const result = this.libc.getOption(this.fd, SOL_PACKET, PACKET_STATISTICS, value, valueLen);
    this.check('getsockopt PACKET_STATISTICS', result);
    const [packets = 0, drops = 0] = words;
    return { packets, drops };
  }

  /** Idempotent; the ring's memory is gone afterwards. */
  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    if (this.mapping !== null) this.libc.unmap(this.mapping.pointer, this.mapping.length);
    this.libc.close(this.fd);
  }

  /** undefined: no such interface. */
  private askInterface(request: number, name: string): DataView | undefined {
    const ifreq = Buffer.alloc(IFREQ_LEN);
    if (ifreq.write(name) >= IFNAMSIZ) return undefined;
    if (this.libc.control(this.fd, request, ifreq) < 0) return undefined;
    return new DataView(ifreq.buffer, ifreq.byteOffset, IFREQ_LEN);
  }

  private setWords(name: string, option: number, words: readonly number[]): void {
    const value = Buffer.from(Uint32Array.from(words).buffer);
    this.check(`setsockopt ${name}`, this.libc.setOption(this.fd, SOL_PACKET, option, value, value.length));
  }

  private check(call: string, result: number): number {
    if (result < 0) throw new SocketError(call, this.koffi.errno());
    return result;
  }
}
