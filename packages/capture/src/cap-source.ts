/**
 * Live capture through libpcap and the npm package cap, for where AF_PACKET is not to be had. What cap 0.2.1 does not give:
 * the packet's own time (it is stamped here, late), its length on the wire when cut, a count of what was lost. It always
 * switches the interface to promiscuous mode, and aborts the whole process when the interface goes down (an assertion in
 * src/binding.cc): a supervisor must start it again.
 */
import { createRequire } from 'node:module';
import { FrameWindow, LinkType } from '@resetscope/wire';
import { CaptureError } from './capture-error.ts';
import type { LiveOptions } from './live-options.ts';
import type { FrameSink, PacketSource, SourceStats } from './packet-source.ts';
import { movedReach } from './reach.ts';

/** Bytes of libpcap's buffer, and of packets that wait here for the next drain. */
const KERNEL_BUFFER_LEN = 32 * 1024 * 1024;
const WAITING_LEN = 32 * 1024 * 1024;
/** The snap length that cap sets. */
const PACKET_LEN = 65535;
/** The read timeout that cap sets: where libpcap has no immediate mode, packets may come as late as this. */
const REACH_LAG_US = 1_000_000;

/** The part of cap that is used; the package has no types. */
interface CapHandle {
  open(device: string, filter: string, bufferLen: number, into: Buffer): string;
  on(event: 'packet', onPacket: (length: number, isCut: boolean) => void): void;
  close(): void;
}
interface CapModule {
  readonly Cap: new () => CapHandle;
}

/** cap's names of link types. */
const LINK_TYPES: Readonly<Record<string, number>> = {
  ETHERNET: LinkType.ETHERNET,
  NULL: LinkType.NULL,
  RAW: LinkType.RAW,
  LINKTYPE_LINUX_SLL: LinkType.LINUX_SLL,
};

export type CapOptions = Omit<LiveOptions, 'snapLen' | 'promiscuous' | 'waitForInterface' | 'descriptor'>;

/** Begins to capture. @throws CaptureError */
export async function openCap(options: CapOptions): Promise<PacketSource> {
  const { Cap } = loadCap();
  const handle = new Cap();
  const packet = Buffer.alloc(PACKET_LEN);
  let linkName: string;
  try {
    linkName = handle.open(
      options.interface,
      options.expression ?? tcpExpression(options.ports),
      KERNEL_BUFFER_LEN,
      packet,
    );
  } catch (error) {
    throw explain(error as Error, options);
  }
  const linkType = LINK_TYPES[linkName];
  if (linkType === undefined) {
    handle.close();
    const message = `expected an interface with Ethernet or IP packets, got ${linkName} on ${options.interface}`;
    throw new CaptureError('RS_USAGE', message, 'choose another interface');
  }
  options.observer?.interfaceChanged(options.interface, 'up');
  return new CapSource(handle, packet, linkType, options.interface);
}

function loadCap(): CapModule {
  try {
    return createRequire(import.meta.url)('cap') as CapModule;
  } catch (cause) {
    const message = 'expected the optional package cap with its native part, got none';
    const fix = 'install libpcap with its headers (libpcap-dev), a compiler and python3, then npm install cap';
    throw new CaptureError('RS_PROGRAM_MISSING', message, fix, cause);
  }
}

/** What compileFilter selects, in the words of pcap-filter(7). */
export function tcpExpression(ports: readonly number[] = []): string {
  const tcp = ports.length === 0 ? 'tcp' : `(tcp and (${ports.map((port) => `port ${port}`).join(' or ')}))`;
  const icmp = '(icmp and (icmp[0] = 3 or icmp[0] = 4 or icmp[0] = 11 or icmp[0] = 12))';
  const icmp6 = '(ip6 and ip6[6] = 58 and ip6[40] < 128)';
  const extended = `(ip6 and (${[0, 43, 44, 51, 60].map((header) => `ip6[6] = ${header}`).join(' or ')}))`;
  return [tcp, icmp, icmp6, extended].join(' or ');
}

/** libpcap tells in words only. */
function explain(error: Error, options: CapOptions): CaptureError {
  const name = JSON.stringify(options.interface);
  if (/no such device|no interface/i.test(error.message)) {
    const message = `expected an interface of this host, got ${name}`;
    return new CaptureError('RS_INTERFACE_MISSING', message, 'choose one that tcpdump -D lists', error);
  }
  if (/permission|not permitted/i.test(error.message)) {
    const message = `expected the right to capture packets on ${name}, got ${error.message}`;
    return new CaptureError('RS_NO_CAP_NET_RAW', message, 'run as root or administrator', error);
  }
  const message = `expected libpcap to capture on ${name}, got ${error.message}`;
  return new CaptureError('RS_USAGE', message, 'check --interface and --filter', error);
}

class CapSource implements PacketSource {
  readonly name = 'cap';
  readonly clock = 'process';
  readonly subject: string;
  private readonly packet: Buffer;
  private readonly frame = new FrameWindow();
  /** Packets one behind the other, and where each ends. */
  private readonly waiting = new Uint8Array(WAITING_LEN);
  private ends: number[] = [];
  private times: number[] = [];
  private handle: CapHandle | null;
  private received = 0;
  private discarded = 0;
  private drainedUs = 0;
  private reach = 0;

  constructor(handle: CapHandle, packet: Buffer, linkType: number, subject: string) {
    this.handle = handle;
    this.packet = packet;
    this.subject = subject;
    this.frame.linkType = linkType;
    handle.on('packet', (length) => this.keep(length));
  }

  get reachUs(): number {
    return this.reach;
  }

  /** cap hands packets over between two drains: what came before the last drain has been handed over by this one. */
  drain(onFrame: FrameSink): number {
    if (this.handle === null) return 0;
    const nowUs = Date.now() * 1000;
    this.reach = movedReach(this.reach, Math.min(this.drainedUs, nowUs - REACH_LAG_US), nowUs);
    this.drainedUs = nowUs;
    const { ends, times, frame } = this;
    this.ends = [];
    this.times = [];
    frame.source = this.waiting;
    for (const [i, end] of ends.entries()) {
      frame.frameNumber++;
      frame.tsUs = times[i] ?? nowUs;
      frame.start = ends[i - 1] ?? 0;
      frame.end = end;
      frame.wireLen = end - frame.start;
      onFrame(frame, 0);
    }
    return ends.length;
  }

  /** Losses of libpcap are not known; those for want of space here are. */
  stats(): SourceStats {
    return { received: this.received, dropped: this.discarded > 0 ? this.discarded : null };
  }

  close(): void {
    this.handle?.close();
    this.handle = null;
  }

  private keep(length: number): void {
    this.received++;
    const start = this.ends.at(-1) ?? 0;
    if (start + length > WAITING_LEN) {
      this.discarded++;
      return;
    }
    this.waiting.set(this.packet.subarray(0, length), start);
    this.ends.push(start + length);
    this.times.push(Date.now() * 1000);
  }
}
