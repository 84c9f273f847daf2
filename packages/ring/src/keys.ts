/**
 * Names of the ring's keys in Redis. All keys of one node share a hash tag, so that a cluster keeps them on one shard and one
 * script may touch them together.
 */

/** Longest node name in a key: a host name's limit (RFC 1035 section 2.3.4). */
const MAX_NODE_LEN = 255;

/** Every node that ever had a ring, as a set. */
export const NODES_KEY = 'resetscope:ring:nodes';

/** A node name as keys carry it: letters, digits, `.`, `_`, `-`; anything else becomes `_`. */
export function sanitizeNode(node: string): string {
  const name = node.slice(0, MAX_NODE_LEN).replace(/[^A-Za-z0-9._-]/g, '_');
  return name === '' ? '_' : name;
}

export interface RingKeys {
  /** Hash: block id to block. */
  readonly blocks: string;
  /** Hash: block id to index. */
  readonly indexes: string;
  /** Sorted set: block entry (block-entry.ts) by lastUs. What readers look times up in. */
  readonly times: string;
  /** List: block entries in order of appending. What is forgotten is taken from its head. */
  readonly order: string;
  /** Sorted set: gap (gap-member.ts) by the ring's clock when it was recorded. */
  readonly gaps: string;
  /** Hash: the fields are named in ring-append.ts. */
  readonly state: string;
  /** Channel: newestUs at every append. */
  readonly reach: string;
}

export function ringKeys(node: string): RingKeys {
  const tag = `{resetscope:ring:${sanitizeNode(node)}}`;
  return {
    blocks: `${tag}:blocks`,
    indexes: `${tag}:indexes`,
    times: `${tag}:times`,
    order: `${tag}:order`,
    gaps: `${tag}:gaps`,
    state: `${tag}:state`,
    reach: `${tag}:reach`,
  };
}
