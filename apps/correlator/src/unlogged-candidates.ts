/** Connections of the resets of one second, and which of them are worth reading: no packet is read for this. Pure. */
import type { ConnectionKey, ResetRecord } from '@resetscope/ring';
import { fairKeys, isRefusal } from './candidate-keys.ts';
import { connectionName } from './claims.ts';
import type { Roles, Sides } from './unlogged-sides.ts';

/** A connection with its first reset of the second. */
export interface ResetConnection extends ConnectionKey, Roles {
  readonly firstResetUs: number;
}

export interface Sorted {
  readonly connections: readonly ResetConnection[];
  /** Closed ports that answered: nothing was lost that had begun. */
  readonly refused: number;
  /** Neither end is known to be nginx's. */
  readonly strangers: number;
}

/** resets: in order of time. */
export function sortResets(resets: readonly ResetRecord[], sides: Sides): Sorted {
  const connections = new Map<string, ResetConnection>();
  const refused = new Set<string>();
  const strangers = new Set<string>();
  for (const reset of resets) {
    const key = { addressA: reset.src, portA: reset.srcPort, addressB: reset.dst, portB: reset.dstPort };
    const name = connectionName(key);
    if (connections.has(name) || strangers.has(name)) continue;
    const roles = isRefusal(reset) ? null : sides.rolesOf(key);
    if (roles !== null) connections.set(name, { ...key, ...roles, firstResetUs: reset.tsUs });
    else (isRefusal(reset) ? refused : strangers).add(name);
  }
  return { connections: [...connections.values()], refused: refused.size, strangers: strangers.size };
}

/** `max` at most: every peer's first, then every peer's second, so that no peer's flood hides the others. */
export function fairShare(connections: readonly ResetConnection[], max: number): readonly ResetConnection[] {
  const byPeer = new Map<string, ResetConnection[]>();
  for (const connection of connections) {
    const ofPeer = byPeer.get(connection.peer);
    if (ofPeer === undefined) byPeer.set(connection.peer, [connection]);
    else ofPeer.push(connection);
  }
  return fairKeys([...byPeer.values()], max);
}
