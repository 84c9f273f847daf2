/** Flags and environment to options: pure, so that every combination can be tested. */
import { ANY_INTERFACE, MAX_FILTER_PORTS } from '@resetscope/capture';
import { MIN_RING_BYTES } from '@resetscope/ring';
import { ClearError, type ListenAddress, parseFlags, parseListenAddress, redisUrlFrom } from '@resetscope/telemetry';
import { parseBytes, parseSeconds } from './quantity.ts';

export const HELP = `Usage: resetscope capture [options]

Keeps the last minutes of TCP headers in Redis: bodies are never stored, credentials are masked.

  --interface NAME       interface to capture on, repeatable (RESETSCOPE_INTERFACE, default any)
  --ports LIST           only these TCP ports, such as 80,443 (default all)
  --redis URL            where the ring lives (REDIS_URL, default redis://127.0.0.1:6379)
  --node NAME            name of this host (RESETSCOPE_NODE, default its host name)
  --ring-bytes SIZE      memory for the ring (default 256m)
  --ring-age DURATION    packets older than this are forgotten (default 15m)
  --mask-header NAME     mask this header field too, repeatable
  --mask-parameter NAME  mask this query parameter too, repeatable
  --metrics-listen ADDR  /metrics and /healthz (default 127.0.0.1:9152)
  --user NAME            become this user once capture runs (default nobody when started as root)
  --help                 show this text
`;

export interface CaptureOptions {
  readonly interfaces: readonly string[];
  /** Empty: every port. */
  readonly ports: readonly number[];
  readonly redisUrl: string;
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
  ports: { type: 'string' },
  redis: { type: 'string' },
  node: { type: 'string' },
  'ring-bytes': { type: 'string' },
  'ring-age': { type: 'string' },
  'mask-header': { type: 'string', multiple: true },
  'mask-parameter': { type: 'string', multiple: true },
  'metrics-listen': { type: 'string' },
  user: { type: 'string' },
} as const;

/** args: without node and script. @throws ClearError RS_USAGE */
export function resolveOptions(args: readonly string[], { env, hostname, isRoot }: Surroundings): CaptureOptions {
  const flags = parseFlags(args, FLAGS, 'see --help');
  const interfaces = flags.interface ?? listOf(env['RESETSCOPE_INTERFACE']);
  const ringBytes = parseBytes('--ring-bytes', flags['ring-bytes'] ?? '256m');
  if (ringBytes < MIN_RING_BYTES) {
    throw new ClearError('RS_USAGE', `--ring-bytes: expected at least ${MIN_RING_BYTES} bytes, got ${ringBytes}`);
  }
  return {
    interfaces: interfaces.length === 0 ? [ANY_INTERFACE] : [...new Set(interfaces)],
    ports: parsePorts(flags.ports ?? ''),
    redisUrl: redisUrlFrom(flags.redis, env),
    node: flags.node ?? (env['RESETSCOPE_NODE'] || hostname),
    ringBytes,
    ringAgeUs: parseSeconds('--ring-age', flags['ring-age'] ?? '15m') * 1e6,
    maskHeaders: flags['mask-header'] ?? [],
    maskParameters: flags['mask-parameter'] ?? [],
    metricsListen: parseListenAddress(flags['metrics-listen'] ?? '127.0.0.1:9152'),
    user: flags.user ?? (isRoot ? 'nobody' : null),
  };
}

function parsePorts(text: string): readonly number[] {
  const ports = listOf(text).map((part) => (/^\d{1,5}$/.test(part) ? Number(part) : Number.NaN));
  const wrong = ports.findIndex((port) => !(port >= 1 && port <= 65535));
  if (wrong !== -1) {
    throw new ClearError('RS_USAGE', `--ports: expected ports like 80,443, got ${JSON.stringify(listOf(text)[wrong])}`);
  }
  if (ports.length > MAX_FILTER_PORTS) {
    throw new ClearError(
      'RS_USAGE',
      `--ports: expected at most ${MAX_FILTER_PORTS}, got ${ports.length}`,
      'leave --ports out',
    );
  }
  return ports;
}

function listOf(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
