/**
 * A packet socket kept on the interface of one name. The kernel knows interfaces by index: one that is removed and made again,
 * or appears late, has a new index, and the socket is bound to that. Binding needs no right, so this goes on working in a
 * process that has given up all of them. What arrives between the making of an interface and the next look is not seen.
 */
import { ANY_INTERFACE } from './network-interface.ts';
import type { PacketSocket } from './packet-socket.ts';

/** `down`: not set up, or without carrier; packets come again by themselves. `missing`: there is none of this name. */
export type InterfaceState = 'up' | 'down' | 'missing';

/** linux/if.h: IFF_UP and IFF_RUNNING (it has carrier). */
const IFF_UP_RUNNING = 0x41;

/** What the binding asks of a PacketSocket. */
export type BindableSocket = Pick<
  PacketSocket,
  'bind' | 'boundIndex' | 'interfaceFlags' | 'interfaceIndex' | 'joinPromiscuous'
>;

export class InterfaceBinding {
  private readonly socket: BindableSocket;
  private readonly name: string;
  private readonly promiscuous: boolean;
  private isBoundToAny = false;

  constructor(socket: BindableSocket, name: string, promiscuous: boolean) {
    this.socket = socket;
    this.name = name;
    this.promiscuous = promiscuous;
  }

  /** Binds the socket where that is needed. An interface that goes while this runs is `missing` until the next look. */
  refresh(): InterfaceState {
    if (this.name === ANY_INTERFACE) return this.bindToAny();
    const ifIndex = this.socket.interfaceIndex(this.name);
    if (ifIndex === 0) return 'missing';
    if (this.socket.boundIndex !== ifIndex) this.bindTo(ifIndex);
    const flags = this.socket.interfaceFlags(this.name);
    return (flags & IFF_UP_RUNNING) === IFF_UP_RUNNING ? 'up' : 'down';
  }

  private bindTo(ifIndex: number): void {
    this.socket.bind(ifIndex);
    if (this.promiscuous) this.socket.joinPromiscuous(ifIndex);
  }

  private bindToAny(): InterfaceState {
    if (!this.isBoundToAny) this.socket.bind(0);
    this.isBoundToAny = true;
    return 'up';
  }
}
