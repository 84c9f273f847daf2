/** How many of the connections that a ring holds hide their requests in TLS. */
import { FlowTracker, type Protocol } from '@resetscope/flow';
import { type RingFrame, RingScan } from '@resetscope/ring';
import type { RedisClient } from '@resetscope/telemetry';
import { PacketDecoder } from '@resetscope/wire';
import { type Finding, ok, skipped, warn } from '../finding.ts';
import type { Ring } from './ring-checks.ts';

/** The newest of the ring are enough: they are read in a second. */
const WINDOW_US = 60_000_000;
const FRAMES_MAX = 50_000;

export interface TlsShare {
  readonly tls: number;
  /** Whose first bytes are a protocol that resetscope reads: HTTP/1, HTTP/2. */
  readonly clear: number;
}

export async function readTlsShare(redis: RedisClient, { node, newestUs }: Ring): Promise<TlsShare> {
  const frames: RingFrame[] = [];
  const window = { fromUs: newestUs - WINDOW_US, toUs: newestUs + 1 };
  for await (const batch of new RingScan(redis, node).frames(window)) {
    frames.push(...batch);
    if (frames.length > FRAMES_MAX) break;
  }
  return tlsShare(frames);
}

export function tlsShare(frames: readonly RingFrame[]): TlsShare {
  const counts: Record<Protocol, number> = { none: 0, http1: 0, http2: 0, tls: 0, unknown: 0 };
  const tracker = new FlowTracker({
    wanted: () => true,
    streamEnded: ({ protocol }) => {
      counts[protocol] += 1;
    },
  });
  const decoder = new PacketDecoder();
  for (const frame of frames) {
    if (decoder.decode(frame) === 'tcp') tracker.add(decoder.packet, frame.annotations);
  }
  tracker.end();
  return { tls: counts.tls, clear: counts.http1 + counts.http2 };
}

/** hasAccessLog: does the tailer read one, as far as is known? */
export function checkTlsShare(node: string, { tls, clear }: TlsShare, hasAccessLog: boolean): Finding {
  const subject = `TLS of ${node}`;
  const total = tls + clear;
  if (total === 0) return skipped('tls-share', subject, 'no connection with data in the last minute of the ring');
  const share = `${tls} of ${total} connections, ${Math.round((tls / total) * 100)} %`;
  if (tls === 0 || hasAccessLog) return ok('tls-share', subject, share);
  const fix =
    'give the tailer --access-log with $connection, $remote_addr and $remote_port: it names the connection for certain';
  return warn('tls-share', subject, `${share}: their requests cannot be seen`, fix);
}
