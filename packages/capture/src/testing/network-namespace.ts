/**
 * A network namespace of its own for a test, with nothing in it but what the test makes: no other test's packets arrive, and
 * none of these leave. Its name holds the process id; remove() takes everything in it along. Needs root and ip(8).
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs';
import { canCapture, hasProgram } from '@resetscope/testkit';
import koffi from 'koffi';
import type { Koffi } from '../koffi.ts';
import { PacketSocket } from '../packet-socket.ts';

const CLONE_NEWNET = 0x40000000;
const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOCKADDR_LL_LEN = 20;

const IPV6_OFF = '/proc/sys/net/ipv6/conf/default/disable_ipv6';

export const canMakeNamespaces: boolean = canCapture() && process.getuid?.() === 0 && hasProgram('ip');

/** Not at import: elsewhere than on Linux there is no setns. */
function bindLibc() {
  const libc = koffi.load(null);
  return {
    setns: libc.func('int setns(int, int)'),
    sendto: libc.func('long sendto(int, const void *, size_t, int, const void *, uint32_t)'),
    socket: libc.func('int socket(int, int, int)'),
    close: libc.func('int close(int)'),
  };
}

export class NetworkNamespace {
  readonly name: string = `rs-${process.pid}-${randomBytes(3).toString('hex')}`;
  private readonly libc = bindLibc();
  private readonly sender: number;
  private readonly socket: PacketSocket;

  constructor() {
    execFileSync('ip', ['netns', 'add', this.name]);
    this.ip('link set lo up');
    const leave = this.moveIn();
    this.sender = this.libc.socket(AF_PACKET, SOCK_RAW, 0);
    this.socket = new PacketSocket(koffi as unknown as Koffi);
    // An interface that comes up says nothing by itself. A kernel may have no IPv6.
    if (existsSync(IPV6_OFF)) writeFileSync(IPV6_OFF, '1');
    leave();
  }

  /** ip(8) inside: `link set lo up`. */
  ip(command: string): void {
    execFileSync('ip', ['-netns', this.name, ...command.split(' ')]);
  }

  /** Two interfaces that are the ends of one cable, both up and without addresses. */
  addCable(near: string, far: string): void {
    this.ip(`link add ${near} type veth peer name ${far}`);
    this.ip(`link set ${near} up`);
    this.ip(`link set ${far} up`);
  }

  /** Puts a frame on the wire, as it is. */
  send(device: string, frame: Uint8Array): void {
    const address = Buffer.alloc(SOCKADDR_LL_LEN);
    address.writeUInt16LE(AF_PACKET, 0);
    if (frame.length > 13) address.writeUInt16BE(((frame[12] ?? 0) << 8) | (frame[13] ?? 0), 2);
    address.writeInt32LE(this.socket.interfaceIndex(device), 4);
    const sent = this.libc.sendto(this.sender, Buffer.from(frame), frame.length, 0, address, address.length);
    if (sent !== frame.length) throw new Error(`sendto ${device} failed with errno ${koffi.errno()}`);
  }

  /** Sockets that the main thread makes meanwhile are in the namespace; they stay there. */
  async enter<T>(action: () => Promise<T>): Promise<T> {
    const leave = this.moveIn();
    return action().finally(leave);
  }

  remove(): void {
    this.socket.close();
    this.libc.close(this.sender);
    execFileSync('ip', ['netns', 'del', this.name]);
  }

  /** Moves the calling thread; the function returned moves it back. */
  private moveIn(): () => void {
    const outside = openSync('/proc/thread-self/ns/net', 'r');
    const inside = openSync(`/run/netns/${this.name}`, 'r');
    const result = this.libc.setns(inside, CLONE_NEWNET);
    closeSync(inside);
    if (result !== 0) throw new Error(`setns failed with errno ${koffi.errno()}`);
    return () => {
      this.libc.setns(outside, CLONE_NEWNET);
      closeSync(outside);
    };
  }
}
