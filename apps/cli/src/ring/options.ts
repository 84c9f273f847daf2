/** Flags of `resetscope ring`. */
import type { ConnectionKey } from '@resetscope/ring';
import { ClearError } from '@resetscope/telemetry/clear-error';
import { parseFlags } from '../flags.ts';
import { parseConnection } from './connection-flag.ts';
import { type PacketTest, parsePacketFilter } from './packet-filter.ts';
import { parseDuration, parseTime } from './time-flag.ts';

export const RING_HELP: string = `resetscope ring: look into the packets that the capture keeps in Redis

usage: resetscope ring stat [--node NAME] [--json]
       resetscope ring export --out FILE [FLAGS]

stat tells for each node how far the ring reaches back, what it holds of its limit, what it lost and
why, and which process fills it. export writes packets as pcapng, for Wireshark and tshark: payload
is trimmed and credentials are masked, as in the ring; comments say so, and where packets lack.

  --node NAME          the host that captured (export: needed when there is more than one ring)
  --redis URL          redis://host:port or unix:/path; also as REDIS_URL in the environment
                       (default: the Redis of "up" on this host, else redis://127.0.0.1:6379)
  --json               what was found, or what was written, as JSON

Only export:
  --out FILE           the file to write; - is standard output
  --force              replace a file of that name
  --filter EXPRESSION  only these packets; a part of tcpdump's language:
                         [src|dst] host ADDRESS   [src|dst] net ADDRESS/LEN   [src|dst] port N
                         tcp icmp icmp6 ip ip6   and or not ( )
                         tcp-rst tcp-syn tcp-fin tcp-ack tcp-push tcp-urg
                         tcp[tcpflags] & (tcp-rst|tcp-fin) != 0
                       "and" and "or" need parentheses where they meet
  --connection A:PORT-B:PORT
                       only this connection, and ICMP errors about it
  --resets-only        only packets with RST
  --from TIME          only from then on: 2026-11-22T06:35:12.5Z, seconds since 1970, or as in the
                       log of nginx "2026/11/22 06:35:12", in the time zone of this host
  --to TIME            only before then
  --last DURATION      only the last 60s, 5m or 1h of the ring

Exit code: 0 done, whatever was found; 1 no ring, no Redis, or not written; 2 wrong flags.

Examples
  resetscope ring stat
  resetscope ring export --last 60s --filter 'host 10.0.0.7 and tcp-rst' --out resets.pcapng
  resetscope ring export --connection 10.0.0.7:51234-10.0.0.2:80 --out - | tshark -r -
`;

const COMMON_FLAGS = { node: { type: 'string' }, redis: { type: 'string' }, json: { type: 'boolean' } } as const;

const EXPORT_FLAGS = {
  ...COMMON_FLAGS,
  out: { type: 'string' },
  force: { type: 'boolean' },
  filter: { type: 'string' },
  connection: { type: 'string' },
  'resets-only': { type: 'boolean' },
  from: { type: 'string' },
  to: { type: 'string' },
  last: { type: 'string' },
} as const;

export interface RingStatOptions {
  /** undefined: all. */
  readonly node: string | undefined;
  readonly redisUrl: string | undefined;
  readonly json: boolean;
}

export interface RingExportOptions extends RingStatOptions {
  /** `-`: standard output. */
  readonly out: string;
  readonly force: boolean;
  readonly filter: { readonly text: string; readonly test: PacketTest } | null;
  readonly connection: ConnectionKey | null;
  readonly resetsOnly: boolean;
  /** undefined: from the beginning, to the end. */
  readonly fromUs: number | undefined;
  readonly toUs: number | undefined;
  /** Before the end of the ring; undefined: all. */
  readonly lastUs: number | undefined;
}

/** @throws ClearError RS_USAGE */
export function readStatOptions(argv: readonly string[]): RingStatOptions {
  const flags = parseFlags('ring', argv, COMMON_FLAGS);
  return { node: flags.node, redisUrl: flags.redis, json: flags.json ?? false };
}

/** @throws ClearError RS_USAGE */
export function readExportOptions(argv: readonly string[]): RingExportOptions {
  const flags = parseFlags('ring', argv, EXPORT_FLAGS);
  const { out, filter, connection, from, to, last } = flags;
  if (out === undefined || out === '') throw usage('expected --out FILE, got none');
  if (filter !== undefined && connection !== undefined) throw usage('expected --filter or --connection, got both');
  if (last !== undefined && (from !== undefined || to !== undefined)) {
    throw usage('expected --last, or --from and --to, got both');
  }
  const fromUs = from === undefined ? undefined : parseTime('from', from);
  const toUs = to === undefined ? undefined : parseTime('to', to);
  if (fromUs !== undefined && toUs !== undefined && fromUs >= toUs) throw usage('expected --from to be before --to');
  return {
    node: flags.node,
    redisUrl: flags.redis,
    json: flags.json ?? false,
    out,
    force: flags.force ?? false,
    filter: filter === undefined ? null : { text: filter, test: parsePacketFilter(filter) },
    connection: connection === undefined ? null : parseConnection(connection),
    resetsOnly: flags['resets-only'] ?? false,
    fromUs,
    toUs,
    lastUs: last === undefined ? undefined : parseDuration('last', last),
  };
}

function usage(message: string): ClearError {
  return new ClearError('RS_USAGE', message, 'see resetscope ring --help');
}
