/** Ends of which a line says that nothing came from them: their connections may have neither FIN nor RST. Plain data: it passes between threads. */
import { type LogLine, upstreamKey } from '@resetscope/diagnosis';
import type { TcpStream } from '@resetscope/flow';

/** Linux asm-generic/errno.h. */
const ETIMEDOUT = 110;

export interface SilentEnds {
  /** Addresses. */
  readonly clients: ReadonlySet<string>;
  /** `address port`. */
  readonly upstreams: ReadonlySet<string>;
  /** `address port` of every upstream that a line names, silent or not: they answer, where no SYN tells who does. */
  readonly named: ReadonlySet<string>;
}

export function silentEnds(lines: readonly LogLine[]): SilentEnds {
  const clients = new Set<string>();
  const upstreams = new Set<string>();
  const named = new Set<string>();
  for (const line of lines) {
    const upstream = upstreamKey(line);
    if (upstream !== null) named.add(upstream);
    const isSilent = /timed-out$/.test(line.kind) || line.kind === 'connect-failed' || line.entry.errno === ETIMEDOUT;
    if (!isSilent) continue;
    if (line.leg === 'upstream' && upstream !== null) upstreams.add(upstream);
    if (line.leg === 'client' && line.client !== null) clients.add(line.client);
  }
  return { clients, upstreams, named };
}

export function isSilentEnd({ clients, upstreams }: SilentEnds, stream: TcpStream): boolean {
  const { originator, responder, proxyHeader } = stream;
  const isClient = clients.has(originator.address) || clients.has(proxyHeader?.sourceAddress ?? '');
  return isClient || upstreams.has(`${responder.address} ${responder.port}`);
}
