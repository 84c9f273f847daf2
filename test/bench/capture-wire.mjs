/**
 * Two network namespaces with a cable between them (veth). tcpreplay sends at one end, what is measured captures at the
 * other. Nothing answers: the frames carry the addresses of the recording, which the receiving end's kernel does not take for
 * its own and throws away behind the capture. That work is done in the sender's time, on its CPU.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** The interface of either end. */
export const INTERFACE = 'wire';
const MTU = '1500';

const ip = (...args) => execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });

export class Wire {
  #sender = `resetscope-bench-${process.pid}-sender`;
  #receiver = `resetscope-bench-${process.pid}-receiver`;
  #cleanUp;

  constructor(cleanUp) {
    this.#cleanUp = cleanUp;
    const ends = [this.#sender, this.#receiver];
    for (const end of ends) {
      ip('netns', 'add', end);
      cleanUp.add(() => spawnSync('ip', ['netns', 'del', end], { stdio: 'ignore' }));
    }
    const peer = ['peer', 'name', INTERFACE, 'netns', this.#receiver];
    ip('-n', this.#sender, 'link', 'add', INTERFACE, 'mtu', MTU, 'type', 'veth', ...peer, 'mtu', MTU);
    for (const end of ends) {
      // Without an address of its own, IPv6 has nothing to announce: the wire carries the replayed packets alone.
      if (existsSync('/proc/net/if_inet6')) ip('-n', end, 'link', 'set', INTERFACE, 'addrgenmode', 'none');
      ip('-n', end, 'link', 'set', INTERFACE, 'up');
    }
    ip('-n', this.#receiver, 'link', 'set', 'lo', 'up');
  }

  /** A program at the receiving end. */
  start(command, args) {
    return this.#cleanUp.start('ip', ['netns', 'exec', this.#receiver, command, ...args]);
  }

  /** Output of a program at the receiving end. */
  async ask(command, args) {
    const program = this.start(command, args);
    const code = await program.ended;
    if (code !== 0) throw new Error(`${command} ended with ${code}: ${program.said.stderr.trim()}`);
    return program.said.stdout;
  }

  /** rate: packets a second, or `top`. Resolves when the last packet is on the wire. */
  async replay(pcap, rate) {
    const speed = rate === 'top' ? ['--topspeed', '--preload-pcap'] : [`--pps=${rate}`];
    const args = ['tcpreplay', '--quiet', '--no-flow-stats', ...speed, `--intf1=${INTERFACE}`, pcap];
    const { said, ended } = this.#cleanUp.start('ip', ['netns', 'exec', this.#sender, ...args]);
    const code = await ended;
    const sent = /Successful packets:\s+(\d+)/.exec(said.stdout)?.[1];
    const seconds = /sent in ([\d.]+) seconds/.exec(said.stdout)?.[1];
    if (code !== 0 || sent === undefined || seconds === undefined)
      throw new Error(`tcpreplay ended with ${code}: ${said.stderr.trim()}`);
    return { sent: Number(sent), seconds: Number(seconds) };
  }
}

/** Packets that have come in on an interface, as a process sees it: in its own namespace. */
export function receivedPackets(pid, name) {
  const line = readFileSync(`/proc/${pid}/net/dev`, 'latin1')
    .split('\n')
    .find((text) => text.trim().startsWith(`${name}:`));
  return Number(line?.split(':')[1]?.trim().split(/\s+/)[1]);
}
