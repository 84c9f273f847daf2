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
  /** Sorted set: block id by lastUs. */
  readonly times: string;
  /** Sorted set: gap (gap-member.ts) by toUs. */
  readonly gaps: string;
  /** Hash: oldestUs, newestUs, bytes, writer, sequence. */
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
    gaps: `${tag}:gaps`,
    state: `${tag}:state`,
    reach: `${tag}:reach`,
  };
}

/** What the id of a block says by itself. */
export interface BlockId {
  readonly id: string;
  readonly firstUs: number;
  readonly lastUs: number;
}

/** `WRITER:SEQUENCE:FIRSTUS:LASTUS:COST`; the script of ring-append.ts reads times and cost out of it. */
export function formatBlockId(writer: string, sequence: number, firstUs: number, lastUs: number, cost: number): string {
  return `${writer}:${sequence}:${firstUs}:${lastUs}:${cost}`;
}

/** null for a text that is no block id. */
export function parseBlockId(id: string): BlockId | null {
  const match = /^[^:]+:\d+:(\d+):(\d+):\d+$/.exec(id);
  return match === null ? null : { id, firstUs: Number(match[1]), lastUs: Number(match[2]) };
}
