/** tcpdump as the oracle: what really was on the wire. Its file is read here byte by byte, not by the product. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NetworkNamespace } from '@resetscope/capture/testing';
import { waitUntil } from '@resetscope/testkit';

/** A frame as tcpdump wrote it: Ethernet, whole. */
export interface WireFrame {
  readonly tsUs: number;
  readonly wireLen: number;
  readonly bytes: Buffer;
}

/** The last packet is looked for in this much of the file's end: few come after it. */
const TAIL_LEN = 2 ** 20;

export class Tcpdump {
  readonly file: string;
  private readonly child: ChildProcess;
  private readonly ended: Promise<string>;
  private said = '';

  private constructor(child: ChildProcess, file: string) {
    this.file = file;
    this.child = child;
    child.stderr?.on('data', (chunk: Buffer) => {
      this.said += chunk.toString();
    });
    this.ended = once(child, 'close').then(([code]) => `tcpdump ended with ${code}: ${this.said}`);
  }

  /** Resolves when it captures. Options and expression as on its command line. */
  static async start(namespace: NetworkNamespace, dir: string, ...args: readonly string[]): Promise<Tcpdump> {
    const file = join(dir, `tcpdump-${process.hrtime.bigint()}.pcap`);
    // Packet by packet into the file; 64 MB of room in the kernel.
    const output = ['-w', file, '-U', '-B', '65536', '-Z', 'root'];
    const child = await namespace.enter(async () =>
      spawn('setpriv', ['--pdeathsig', 'TERM', '--', 'tcpdump', ...output, ...args], {
        stdio: ['ignore', 'ignore', 'pipe'],
      }),
    );
    const tcpdump = new Tcpdump(child, file);
    const isListening = (): boolean => tcpdump.said.includes('listening on');
    await waitUntil(isListening, { what: 'tcpdump to listen', failed: tcpdump.ended });
    return tcpdump;
  }

  /** Ends it once it has written this packet; returns the packets up to it. @throws Error when the kernel has dropped some. */
  async framesUntil(end: Uint8Array): Promise<readonly WireFrame[]> {
    const hasCome = (): boolean => readFileSync(this.file).subarray(-TAIL_LEN).includes(Buffer.from(end));
    await waitUntil(hasCome, { what: 'the last packet in the file of tcpdump', failed: this.ended });
    await this.stop();
    if (!/^0 packets dropped by kernel$/m.test(this.said)) throw new Error(`tcpdump lost packets: ${this.said}`);
    const frames = this.frames();
    return frames.slice(0, frames.findIndex(({ bytes }) => bytes.equals(end)) + 1);
  }

  async stop(): Promise<void> {
    this.child.kill('SIGINT');
    await this.ended;
  }

  /** pcap (draft-ietf-opsawg-pcap section 4 and 5), little endian and in microseconds, as tcpdump writes it here. */
  private frames(): readonly WireFrame[] {
    const pcap = readFileSync(this.file);
    const frames: WireFrame[] = [];
    for (let at = 24; at + 16 <= pcap.length; ) {
      const capturedLen = pcap.readUInt32LE(at + 8);
      const bytes = pcap.subarray(at + 16, at + 16 + capturedLen);
      const tsUs = pcap.readUInt32LE(at) * 1e6 + pcap.readUInt32LE(at + 4);
      if (bytes.length === capturedLen) frames.push({ tsUs, wireLen: pcap.readUInt32LE(at + 12), bytes });
      at += 16 + capturedLen;
    }
    return frames;
  }
}
