/** Flags and environment to options: pure, so that every combination can be tested. */
import { basename } from 'node:path';
import { ANY_INTERFACE, MAX_FILTER_PORTS } from '@resetscope/capture';
import { MIN_RING_BYTES } from '@resetscope/ring';
import {
  ClearError,
  type ListenAddress,
  parseFlags,
  parseListenAddress,
  REDIS_FLAGS,
  REDIS_HELP,
  type RedisAccess,
  redisAccessFrom,
} from '@resetscope/telemetry';
import { parseBytes, parseSeconds } from './quantity.ts';

export const HELP: string = `Usage: resetscope capture [options]

Keeps the last minutes of TCP headers in Redis: bodies are never stored, credentials are masked.

  --interface NAME       interface to capture on, repeatable (RESETSCOPE_INTERFACE, default any)
  --wait-for-interface   start without interfaces that do not exist yet
  --promiscuous          capture frames for other hosts too, needs --interface
  --ports LIST           only these TCP ports, such as 80,443 (default all)
  --ports-from PLACE     only the ports in nginx's configuration: nginx (asks nginx -T) or a file
  --filter EXPRESSION    only what this pcap-filter(7) expression selects, needs tcpdump
  --source NAME          af_packet or cap (default af_packet; cap where that cannot be had)
  --file FILE            replay a pcap or pcapng file into the ring, then end
  --redis URL            where the ring lives (REDIS_URL, default redis://127.0.0.1:6379);
${REDIS_HELP}  --node NAME            name of this host (RESETSCOPE_NODE, default its host name, or that of FILE)
  --ring-bytes SIZE      memory for the ring (default 256m)
  --ring-age DURATION    packets older than this are forgotten (default 15m)
  --mask-header NAME     mask this header field too, repeatable
  --mask-parameter NAME  mask this query parameter too, repeatable
  --metrics-listen ADDR  /metrics and /healthz (default 127.0.0.1:9152)
  --user NAME            become this user once capture runs (default nobody when started as root)
  --help                 show this text
`;

/** Which packets of an interface. */
export type Traffic =
  /** Empty: every port. */
  | { readonly kind: 'ports'; readonly ports: readonly number[] }
  /** `nginx`, or its configuration file. */
  | { readonly kind: 'nginx-ports'; readonly from: string }
  | { readonly kind: 'expression'; readonly expression: string };

export interface LiveInput {
  readonly kind: 'live';
  readonly interfaces: readonly string[];
  /** `auto`: af_packet, or cap where that cannot be had. */
  readonly source: 'auto' | 'af_packet' | 'cap';
  readonly traffic: Traffic;
  readonly waitForInterface: boolean;
  readonly promiscuous: boolean;
}

export interface FileInput {
  readonly kind: 'file';
  readonly path: string;
}

export interface CaptureOptions {
  readonly input: LiveInput | FileInput;
  readonly redis: RedisAccess;
  readonly node: string;
  readonly ringBytes: number;
  readonly ringAgeUs: number;
  readonly maskHeaders: readonly string[];
  readonly maskParameters: readonly string[];
  readonly metricsListen: ListenAddress;
  /** null: stay who we are. */
  readonly user: string | null;
}

/** What the options depend on besides the command line. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly hostname: string;
  readonly isRoot: boolean;
}

const FLAGS = {
  interface: { type: 'string', multiple: true },
  'wait-for-interface': { type: 'boolean' },
  promiscuous: { type: 'boolean' },
  ports: { type: 'string' },
  'ports-from': { type: 'string' },
  filter: { type: 'string' },
  source: { type: 'string' },
  file: { type: 'string' },
  ...REDIS_FLAGS,
  node: { type: 'string' },
  'ring-bytes': { type: 'string' },
  'ring-age': { type: 'string' },
  'mask-header': { type: 'string', multiple: true },
  'mask-parameter': { type: 'string', multiple: true },
  'metrics-listen': { type: 'string' },
  user: { type: 'string' },
} as const;
type CaptureFlags = ReturnType<typeof parseFlags<typeof FLAGS>>;

/** Flags that say what to capture live, and which of them exclude each other. */
const LIVE_FLAGS = [
  'interface',
  'wait-for-interface',
  'promiscuous',
  'ports',
  'ports-from',
  'filter',
  'source',
] as const;
const TRAFFIC_FLAGS = ['ports', 'ports-from', 'filter'] as const;

/** args: without node and script. @throws ClearError RS_USAGE */
export function resolveOptions(args: readonly string[], { env, hostname, isRoot }: Surroundings): CaptureOptions {
  const flags = parseFlags(args, FLAGS, 'see --help');
  const ringBytes = parseBytes('--ring-bytes', flags['ring-bytes'] ?? '256m');
  if (ringBytes < MIN_RING_BYTES) {
    throw new ClearError('RS_USAGE', `--ring-bytes: expected at least ${MIN_RING_BYTES} bytes, got ${ringBytes}`);
  }
  const input = flags.file === undefined ? resolveLive(flags, env) : resolveFile(flags, flags.file);
  const defaultNode = input.kind === 'file' ? basename(input.path) : env['RESETSCOPE_NODE'] || hostname;
  return {
    input,
    redis: redisAccessFrom(flags, env),
    node: flags.node ?? defaultNode,
    ringBytes,
    ringAgeUs: parseSeconds('--ring-age', flags['ring-age'] ?? '15m') * 1e6,
    maskHeaders: flags['mask-header'] ?? [],
    maskParameters: flags['mask-parameter'] ?? [],
    metricsListen: parseListenAddress(flags['metrics-listen'] ?? '127.0.0.1:9152'),
    user: flags.user ?? (isRoot ? 'nobody' : null),
  };
}

function resolveLive(flags: CaptureFlags, env: Surroundings['env']): LiveInput {
  const named = flags.interface ?? listOf(env['RESETSCOPE_INTERFACE']);
  const interfaces = named.length === 0 ? [ANY_INTERFACE] : [...new Set(named)];
  const promiscuous = flags.promiscuous ?? false;
  if (promiscuous && interfaces.includes(ANY_INTERFACE)) {
    throw new ClearError('RS_USAGE', '--promiscuous: expected named interfaces, got any', 'give --interface');
  }
  return {
    kind: 'live',
    interfaces,
    source: parseSource(flags.source ?? 'auto'),
    traffic: resolveTraffic(flags),
    waitForInterface: flags['wait-for-interface'] ?? false,
    promiscuous,
  };
}

function resolveFile(flags: CaptureFlags, path: string): FileInput {
  const other = LIVE_FLAGS.find((name) => flags[name] !== undefined);
  if (other === undefined) return { kind: 'file', path };
  throw new ClearError('RS_USAGE', `--${other}: not with --file, all of the file is replayed`, 'leave one of them out');
}

function resolveTraffic(flags: CaptureFlags): Traffic {
  const [first, second] = TRAFFIC_FLAGS.filter((name) => flags[name] !== undefined);
  if (second !== undefined) {
    throw new ClearError(
      'RS_USAGE',
      `--${second}: not with --${first}, each says what to capture`,
      'leave one of them out',
    );
  }
  if (flags.filter !== undefined) return { kind: 'expression', expression: parseExpression(flags.filter) };
  if (flags['ports-from'] !== undefined) return { kind: 'nginx-ports', from: flags['ports-from'] };
  return { kind: 'ports', ports: parsePorts(flags.ports ?? '') };
}

function parseExpression(text: string): string {
  if (text.trim() !== '') return text;
  throw new ClearError('RS_USAGE', '--filter: expected an expression like "tcp port 80", got nothing');
}

function parseSource(text: string): LiveInput['source'] {
  if (text === 'auto' || text === 'af_packet' || text === 'cap') return text;
  throw new ClearError('RS_USAGE', `--source: expected af_packet or cap, got ${JSON.stringify(text)}`);
}

function parsePorts(text: string): readonly number[] {
  const ports = listOf(text).map((part) => (/^\d{1,5}$/.test(part) ? Number(part) : Number.NaN));
  const wrong = ports.findIndex((port) => !(port >= 1 && port <= 65535));
  if (wrong !== -1) {
    throw new ClearError('RS_USAGE', `--ports: expected ports like 80,443, got ${JSON.stringify(listOf(text)[wrong])}`);
  }
  return checkPortCount('--ports', ports);
}

/** @throws ClearError RS_USAGE for more ports than the kernel filter takes. */
export function checkPortCount(flag: string, ports: readonly number[]): readonly number[] {
  if (ports.length <= MAX_FILTER_PORTS) return ports;
  const message = `${flag}: expected at most ${MAX_FILTER_PORTS} ports, got ${ports.length}`;
  throw new ClearError('RS_USAGE', message, `leave ${flag} out`);
}

function listOf(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
