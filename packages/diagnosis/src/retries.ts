/**
 * The same request asked again after a connection had failed: nginx trying the next upstream, or a client that comes back.
 * Told from packets alone: the same address, the same request line, begun after the end. Two users may ask the same, and
 * what the packets at hand do not show may have been asked all the same: it is a hint, no proof.
 */
import type { Exchange, TcpStream } from '@resetscope/flow';
import type { Completeness, StreamRef } from './incident.ts';
import { ASKS_WITHIN_US } from './known-leg.ts';
import type { Match } from './match.ts';
import { addTo, type Multimap } from './multimap.ts';
import { streamRef } from './stream-ref.ts';

export interface Retry {
  readonly stream: StreamRef;
  /** Microseconds from the end of the failed connection to the first byte of the new request. */
  readonly afterUs: number;
  /** Null without an answer. */
  readonly status: number | null;
  readonly response: Completeness;
}

/** A client's later requests are another matter (chosen). */
const CLIENT_WITHIN_US = 60_000_000;

const MAX_RETRIES = 5;

interface Asked {
  readonly stream: TcpStream;
  readonly exchange: Exchange;
}

export class Retries {
  private readonly asked: Multimap<string, Asked> = new Map();

  /** streams: all that are at hand, each once. */
  constructor(streams: readonly TcpStream[]) {
    for (const stream of streams) {
      for (const exchange of stream.exchanges) {
        const key = keyOf(stream, exchange);
        if (key !== null) addTo(this.asked, key, { stream, exchange });
      }
    }
  }

  /** In order of time. */
  of(match: Match): readonly Retry[] {
    if (match.kind !== 'matched' || match.best.ending === null) return [];
    const { stream, ending } = match.best;
    const isUpstream = match.line.leg === 'upstream';
    const untilUs = ending.tsUs + (isUpstream ? ASKS_WITHIN_US : CLIENT_WITHIN_US);
    const failed = ending.before.exchange;
    // What has been answered is not asked again, it is the next request.
    if (failed === null || failed.responseState === 'complete') return [];
    const key = keyOf(stream, failed);
    const asked = (key === null ? [] : (this.asked.get(key) ?? [])).filter(
      ({ stream: other, exchange: { requestStartUs } }) =>
        other !== stream && requestStartUs > ending.tsUs && requestStartUs <= untilUs,
    );
    // nginx asks for all of its clients: of several it cannot be told which is the next attempt.
    if (isUpstream && asked.length > 1) return [];
    return asked
      .map((other) => retryOf(other, ending.tsUs))
      .sort((a, b) => a.afterUs - b.afterUs)
      .slice(0, MAX_RETRIES);
  }
}

/** Who asks is the originator, on both of nginx's connections. Null without a whole request line. */
function keyOf({ originator }: TcpStream, { method, target, targetIsCut }: Exchange): string | null {
  return method === null || target === null || targetIsCut ? null : `${originator.address} ${method} ${target}`;
}

function retryOf({ stream, exchange }: Asked, endedUs: number): Retry {
  const { requestStartUs, status, responseState } = exchange;
  return { stream: streamRef(stream), afterUs: requestStartUs - endedUs, status, response: responseState };
}
