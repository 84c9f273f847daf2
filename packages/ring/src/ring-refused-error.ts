/** What the ring will never take: trying again is in vain. Apart from RingUnavailableError, which says that nobody could be asked. */
import { parseHolder, type RingHolder } from './ring-holder.ts';

export class RingRefusedError extends Error {
  override readonly name: string = 'RingRefusedError';
  readonly code: string = 'RS_RING_REFUSED';

  constructor(node: string, reason: string, cause: unknown) {
    super(`ring of ${node}: ${reason}`, { cause });
  }
}

/** Another capture keeps this node's ring. */
export class RingHeldError extends RingRefusedError {
  override readonly name = 'RingHeldError';
  override readonly code = 'RS_RING_HELD';
  readonly holder: RingHolder;
  /** Its name in the ring, and how often it has appended: more each time it is looked at while it lives. */
  readonly writer: string;
  readonly sequence: number;
  /** For a person: the way out, as ClearError takes it. */
  readonly fix: string = 'stop that one, or give this one another name with --node';

  constructor(node: string, { writer, sequence, holder }: HeldRing, cause: unknown) {
    const since = new Date(holder.sinceUs / 1000).toISOString();
    super(
      node,
      `expected no other capture of this node, got process ${holder.pid} on ${holder.host} since ${since}`,
      cause,
    );
    this.holder = holder;
    this.writer = writer;
    this.sequence = sequence;
  }
}

export interface HeldRing {
  readonly writer: string;
  readonly sequence: number;
  readonly holder: RingHolder;
}

/** What a `RINGHELD` of ring-append.ts says; null for any other reply. */
export function parseHeld(message: string): HeldRing | null {
  const [, writer = '', sequence, text = ''] = /^RINGHELD (\S+) (\d+) (.*)$/s.exec(message) ?? [];
  const holder = parseHolder(text);
  return holder === null ? null : { writer, sequence: Number(sequence), holder };
}

/**
 * Replies that pass with time or with a hand on Redis: starting, busy, full, a replica, its disk, its cluster, its users
 * (server.c createSharedObjects and acl.c of Redis 7.0). Scripts of Redis 6 wrap them in a sentence.
 */
const PASSING =
  /\b(LOADING|BUSY|OOM|READONLY|MISCONF|NOREPLICAS|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MOVED|NOAUTH|WRONGPASS|NOPERM)\b|max number of clients/;

/** Is it an answer of Redis, and one that will stay the same? */
export function isRefusal(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError' && !PASSING.test(error.message);
}
