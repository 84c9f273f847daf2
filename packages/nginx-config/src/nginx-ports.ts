/**
 * The TCP ports a configuration of nginx speaks of: where it listens, and where it connects to. Only what stands in it
 * literally; addresses that a variable or DNS decides, and unix sockets, are named as not watchable.
 */
import type { NginxDirective } from './nginx-config.ts';

export interface NginxPorts {
  /** Ascending, each once. */
  readonly ports: readonly number[];
  readonly unwatchable: readonly UnwatchableAddress[];
}

export interface UnwatchableAddress {
  readonly directive: string;
  readonly address: string;
  readonly reason: 'unix-socket' | 'variable' | 'port-unknown';
}

type Found =
  | { readonly kind: 'ports'; readonly from: number; readonly to: number }
  | { readonly kind: 'unwatchable'; readonly reason: UnwatchableAddress['reason'] };

/** Their contents look like directives and are values. */
const VALUE_BLOCKS: ReadonlySet<string> = new Set(['map', 'geo', 'types', 'split_clients', 'charset_map']);

/** src/http/ngx_http_core_module.c, ngx_http_upstream.c, ngx_http_proxy_module.c: what an address without a port means. */
const HTTP_PORT = 80;
const HTTPS_PORT = 443;

/** directives: of one file or of several; an included file may stand beside the block that includes it (`nginx -T`). */
export function nginxPorts(directives: readonly NginxDirective[]): NginxPorts {
  const finder = new PortFinder(upstreamNames(directives));
  finder.visit(directives, null);
  return { ports: [...finder.ports].sort((a, b) => a - b), unwatchable: [...finder.unwatchable.values()] };
}

function upstreamNames(directives: readonly NginxDirective[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { name, args, block } of directives) {
    if (block === null) continue;
    if (name === 'upstream') names.add((args[0] ?? '').toLowerCase());
    for (const inner of upstreamNames(block)) names.add(inner);
  }
  return names;
}

class PortFinder {
  readonly ports = new Set<number>();
  readonly unwatchable = new Map<string, UnwatchableAddress>();
  private readonly upstreams: ReadonlySet<string>;

  constructor(upstreams: ReadonlySet<string>) {
    this.upstreams = upstreams;
  }

  /** parent: the block these stand in; null: none, or one that an included file does not tell. */
  visit(directives: readonly NginxDirective[], parent: string | null): void {
    for (const directive of directives) {
      const { name, block } = directive;
      if (block === null) this.read(directive, parent);
      else if (!VALUE_BLOCKS.has(name)) {
        if (name === 'server' && !block.some((inner) => inner.name === 'listen')) this.ports.add(HTTP_PORT);
        this.visit(block, name);
      }
    }
  }

  private read({ name, args: [address = '', ...options] }: NginxDirective, parent: string | null): void {
    if (name === 'listen' && (parent === 'server' || parent === null)) {
      const isUdp = options.some((option) => option === 'udp' || option === 'quic');
      if (!isUdp) this.note(name, address, findPort(address, HTTP_PORT));
    } else if (name === 'server' && (parent === 'upstream' || parent === null)) {
      const isByDns = options.some((option) => option.startsWith('service='));
      this.note(
        name,
        address,
        isByDns ? { kind: 'unwatchable', reason: 'port-unknown' } : findPort(address, HTTP_PORT),
      );
    } else if (name.endsWith('_pass') || name === 'auth_http') {
      this.readPass(name, address);
    }
  }

  private readPass(name: string, address: string): void {
    const [, scheme, authority = ''] = /^(?:([a-z]+):\/\/)?(unix:.*|[^/?#]*)/i.exec(address) ?? [];
    if (this.upstreams.has(authority.toLowerCase())) return;
    this.note(name, address, findPort(authority, defaultPort(name, scheme?.toLowerCase())));
  }

  private note(directive: string, address: string, found: Found): void {
    if (found.kind === 'unwatchable') {
      this.unwatchable.set(`${directive} ${address}`, { directive, address, reason: found.reason });
      return;
    }
    for (let port = found.from; port <= found.to; port++) this.ports.add(port);
  }
}

/** null: there must be one (ngx_parse_url, "no port in upstream"). */
function defaultPort(name: string, scheme: string | undefined): number | null {
  if (name === 'auth_http' || scheme === 'http') return HTTP_PORT;
  return scheme === 'https' ? HTTPS_PORT : null;
}

/** address: `8080`, `8080-8090`, `host`, `host:8080`, `[::1]:8080`, `*:8080`, `unix:/path`, with variables perhaps. */
function findPort(address: string, otherwise: number | null): Found {
  if (/^unix:/i.test(address)) return { kind: 'unwatchable', reason: 'unix-socket' };
  const match = /^(?:.*:)?(\d{1,5})(?:-(\d{1,5}))?$/.exec(address.replace(/^\[[^\]]*\]$/, ''));
  const from = Number(match?.[1] ?? otherwise ?? 0);
  const to = Number(match?.[2] ?? from);
  if (match === null && address.includes('$')) return { kind: 'unwatchable', reason: 'variable' };
  if (from < 1 || to < from || to > 65535) return { kind: 'unwatchable', reason: 'port-unknown' };
  return { kind: 'ports', from, to };
}
