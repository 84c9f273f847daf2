/**
 * Which of nginx's two connections one without a line is. Only what a line has named, or the operator, counts: an address of
 * nginx's host does more than nginx does (sshd, its own requests), so other ports of it are not judged.
 */
import type { Leg } from '@resetscope/diagnosis';
import type { Endpoint } from '@resetscope/flow';
import type { ConnectionKey } from '@resetscope/ring';

/** What is known of a node's nginx. Ends are `address port`. */
export interface KnownSides {
  /** Where clients of matched lines connected to. */
  readonly listeners: ReadonlySet<string>;
  /** What lines named as upstream. */
  readonly upstreams: ReadonlySet<string>;
  /** nginx's own, on either leg. */
  readonly addresses: ReadonlySet<string>;
}

/** Ends of a connection by who began it. */
export interface Ends {
  readonly originator: Endpoint;
  readonly responder: Endpoint;
}

export interface Roles {
  /** Address of the other end than nginx's. */
  readonly peer: string;
  /** `address port` of the end that answers. */
  readonly responder: string;
}

export class Sides {
  private readonly known: KnownSides;
  private readonly ports: ReadonlySet<number>;

  /** listenPorts: given by the operator. */
  constructor(known: KnownSides, listenPorts: readonly number[]) {
    this.known = known;
    this.ports = new Set([...listenPorts, ...[...known.listeners].map((end) => Number(end.split(' ')[1]))]);
  }

  /** Null: cannot be told. */
  legOf({ originator, responder }: Ends): Leg | null {
    const server = endText(responder);
    if (this.known.upstreams.has(server)) return 'upstream';
    if (this.known.listeners.has(server)) return 'client';
    return this.ports.has(responder.port) && this.mayAnswer(originator, responder) ? 'client' : null;
  }

  /** The same before it is known who began; null: neither way is one of nginx's. */
  rolesOf({ addressA, portA, addressB, portB }: ConnectionKey): Roles | null {
    const a = { address: addressA, port: portA };
    const b = { address: addressB, port: portB };
    return this.rolesFor({ originator: a, responder: b }) ?? this.rolesFor({ originator: b, responder: a });
  }

  private rolesFor(ends: Ends): Roles | null {
    const leg = this.legOf(ends);
    if (leg === null) return null;
    const { originator, responder } = ends;
    return { peer: (leg === 'client' ? originator : responder).address, responder: endText(responder) };
  }

  /** A port of nginx on another of its addresses; not a server of the same port that nginx asks. */
  private mayAnswer(originator: Endpoint, responder: Endpoint): boolean {
    const { addresses } = this.known;
    return addresses.has(responder.address) || !addresses.has(originator.address);
  }
}

export function endText({ address, port }: Endpoint): string {
  return `${address} ${port}`;
}
