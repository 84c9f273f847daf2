/**
 * Two hosts, each a network namespace, with a cable between them: `near` at the server's, `far` at the client's. IPv6 announces
 * nothing: ARP is the only thing on the cable besides what a test sends.
 */
import { execFileSync } from 'node:child_process';
import { NetworkNamespace } from '@resetscope/capture/testing';
import { buildTcpFrame, joinBytes, TcpFlag } from '@resetscope/wire';

/** Largest packet of IPv4, so that any frame can be put on the wire. */
const MAX_MTU = 65_535;
/** Both ports of the packet that sendEnd sends. */
export const END_PORT = 65_535;

export class Network {
  readonly server: NetworkNamespace = new NetworkNamespace();
  readonly client: NetworkNamespace = new NetworkNamespace();
  readonly serverAddress = '10.9.0.1';
  readonly clientAddress = '10.9.0.2';

  /** mtu: of both ends; default that of Ethernet. bridge: name of one that stands between `near` and the server's address. */
  constructor({ mtu = 1500, bridge }: { readonly mtu?: number; readonly bridge?: string } = {}) {
    const { server, client } = this;
    server.addCable('near', 'far');
    server.ip(`link set far netns ${client.name}`);
    server.ip(`link set near mtu ${mtu}`);
    client.ip(`link set far mtu ${mtu} up`);
    if (bridge !== undefined) {
      server.ip(`link add ${bridge} type bridge`);
      server.ip(`link set near master ${bridge}`);
      server.ip(`link set ${bridge} up`);
    }
    server.ip(`addr add ${this.serverAddress}/24 dev ${bridge ?? 'near'}`);
    client.ip(`addr add ${this.clientAddress}/24 dev far`);
  }

  static withLargeFrames(): Network {
    return new Network({ mtu: MAX_MTU });
  }

  /** Puts a last packet on the wire, by which captures know that they have seen all before it. Returns the packet. */
  sendEnd(): Uint8Array {
    const ends = { src: '10.9.0.250', dst: '10.9.0.251', srcPort: END_PORT, dstPort: END_PORT };
    const frame = buildTcpFrame({ ...ends, flags: TcpFlag.RST });
    this.client.send('far', frame);
    return frame;
  }

  /** Copies of Ethernet frames, addressed to the server: once the client has spoken with it. */
  toServer(frames: readonly Uint8Array[]): readonly Uint8Array[] {
    const mac = this.serverMac();
    return frames.map((frame) => joinBytes([mac, frame.subarray(mac.length)]));
  }

  /** Packets that have arrived at `near`. */
  get arrived(): number {
    return counted(this.server, 'near');
  }

  remove(): void {
    this.client.remove();
    this.server.remove();
  }

  /** As the client has learnt it. */
  private serverMac(): Uint8Array {
    const [{ lladdr }] = ipJson(this.client, 'neigh', 'show', this.serverAddress);
    return Uint8Array.from((lladdr as string).split(':'), (byte) => Number.parseInt(byte, 16));
  }
}

/** Packets that have come in on a device (RX of ip-link(8)). */
export function counted(namespace: NetworkNamespace, device: string): number {
  const [{ stats64 }] = ipJson(namespace, '-s', 'link', 'show', device);
  return (stats64 as { readonly rx: { readonly packets: number } }).rx.packets;
}

function ipJson(namespace: NetworkNamespace, ...args: readonly string[]): readonly [Readonly<Record<string, unknown>>] {
  return JSON.parse(execFileSync('ip', ['-json', '-netns', namespace.name, ...args], { encoding: 'latin1' }));
}
