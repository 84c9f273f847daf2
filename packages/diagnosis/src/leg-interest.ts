/** What a connection has to carry to be the other leg of a line's request, known before any packet is read. Plain data: it passes between threads. */
import type { Exchange } from '@resetscope/flow';
import type { AccessLog } from './access-log.ts';
import type { LogLine } from './log-line.ts';

export interface LegInterest {
  /** Of requests, to nginx or to upstreams. */
  readonly targets: ReadonlySet<string>;
  readonly requestIds: ReadonlySet<string>;
  /** `address:port` of clients, by the access log. */
  readonly clients: ReadonlySet<string>;
}

export function legInterest(lines: readonly LogLine[], accessLog: AccessLog | null): LegInterest {
  const targets = new Set<string>();
  const requestIds = new Set<string>();
  const clients = new Set<string>();
  for (const { entry } of lines) {
    for (const target of [entry.request?.target, entry.upstream?.uri]) if (target != null) targets.add(target);
    for (const id of accessLog?.requestIds(entry.connectionNumber) ?? []) requestIds.add(id);
    for (const client of accessLog?.clientEndpoints(entry.connectionNumber) ?? []) clients.add(client);
  }
  return { targets, requestIds, clients };
}

/** client: `address:port` of the originator. */
export function mayBeOtherLeg(interest: LegInterest, exchanges: readonly Exchange[], client: () => string): boolean {
  const { targets, requestIds, clients } = interest;
  for (const { target, requestId } of exchanges) {
    if ((target !== null && targets.has(target)) || (requestId !== null && requestIds.has(requestId))) return true;
  }
  return clients.size > 0 && clients.has(client());
}
