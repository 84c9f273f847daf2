/**
 * What the demo provokes, and the truth about it: the generator owns one end of every connection it resets, so it knows
 * the ports and what it did.
 */
import { randomBytes } from 'node:crypto';
import type { Leg } from '@resetscope/diagnosis';

/** The ways to hang up that the demo knows. */
export type EpisodeKind =
  | 'rst-instead-of-fin'
  | 'idle-keepalive-reset'
  | 'client-gives-up-waiting'
  | 'client-aborts-upload'
  | 'connect-and-reset'
  | 'client-closes-unread'
  | 'upstream-aborts'
  | 'upstream-cuts-headers'
  | 'upstream-cuts-body'
  | 'keepalive-race'
  | 'connection-refused';

/** The connection that is reset, and the causes (ids of rst-causes) that name it rightly. */
interface KindTruth {
  readonly leg: Leg;
  readonly causes: readonly string[];
}

export const EPISODE_KINDS: Readonly<Record<EpisodeKind, KindTruth>> = {
  'rst-instead-of-fin': { leg: 'client', causes: ['client-rst-after-complete'] },
  'idle-keepalive-reset': { leg: 'client', causes: ['client-rst-after-complete'] },
  'client-gives-up-waiting': { leg: 'client', causes: ['client-timeout-abort'] },
  'client-aborts-upload': { leg: 'client', causes: ['client-abort-in-request'] },
  'connect-and-reset': { leg: 'client', causes: ['probe-connect-rst'] },
  'client-closes-unread': { leg: 'client', causes: ['client-close-unread-mid-response'] },
  'upstream-aborts': { leg: 'upstream', causes: ['upstream-abort-linger0'] },
  'upstream-cuts-headers': { leg: 'upstream', causes: ['upstream-rst-mid-headers'] },
  'upstream-cuts-body': { leg: 'upstream', causes: ['upstream-rst-mid-body'] },
  'keepalive-race': { leg: 'upstream', causes: ['keepalive-race-nginx-upstream'] },
  'connection-refused': { leg: 'upstream', causes: ['upstream-port-closed'] },
};

/** One provoked reset. */
export interface Episode {
  /** Hexadecimal, part of the path of its request, so that a log line names its episode. */
  readonly id: string;
  readonly kind: EpisodeKind;
  readonly leg: Leg;
  /** `127.0.0.11:51234`: the end that sent the SYN. */
  readonly originator: string;
  readonly responder: string;
  readonly causes: readonly string[];
  /** `POST /app/pay/1f…`; null when no request was sent. */
  readonly request: string | null;
}

/** Length of an id: 48 random bits, no repetition within one demo. */
const ID_BYTES = 6;

export function newEpisodeId(): string {
  return randomBytes(ID_BYTES).toString('hex');
}

/** The episode id in a path or a log line, null without one. */
export function episodeIdIn(text: string): string | null {
  return /\/([0-9a-f]{12})(?![0-9a-f])/.exec(text)?.[1] ?? null;
}
