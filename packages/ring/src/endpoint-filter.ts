/** Choosing connections by one of their ends. */
import { addressText, parseAddress } from '@resetscope/wire';
import { type ConnectionKey, type Endpoints, hashEndpoints, sameConnection } from './connection-key.ts';
import type { ResetRecord } from './reset-record.ts';

/** One end has this address, this port, or both. An empty filter takes every connection. */
export interface EndpointFilter {
  readonly address?: string;
  readonly port?: number;
}

/** An address that is none takes nothing. */
export function endpointTest({ address, port }: EndpointFilter): (ends: Endpoints) => boolean {
  const words = address === undefined ? undefined : parseAddress(address);
  if (words === null) return () => false;
  const fits = (w0: number, w1: number, w2: number, w3: number, endPort: number): boolean =>
    (port === undefined || port === endPort) &&
    (words === undefined || (words[3] === w3 && words[2] === w2 && words[1] === w1 && words[0] === w0));
  return (ends) =>
    fits(ends.src0, ends.src1, ends.src2, ends.src3, ends.srcPort) ||
    fits(ends.dst0, ends.dst1, ends.dst2, ends.dst3, ends.dstPort);
}

/** The same for a reset. */
export function resetTest({ address, port }: EndpointFilter): (reset: ResetRecord) => boolean {
  const words = address === undefined ? undefined : parseAddress(address);
  if (words === null) return () => false;
  const text = words === undefined ? undefined : addressText(...words);
  const fits = (endAddress: string, endPort: number): boolean =>
    (port === undefined || port === endPort) && (text === undefined || text === endAddress);
  return ({ src, srcPort, dst, dstPort }) => fits(src, srcPort) || fits(dst, dstPort);
}

/** Distinct connections, in order of their first packet; A is the end that sent it. */
export class ConnectionSet {
  private readonly byHash = new Map<number, Endpoints[]>();
  private readonly list: ConnectionKey[] = [];

  get keys(): readonly ConnectionKey[] {
    return this.list;
  }

  /** ends: copied. */
  add(ends: Endpoints): void {
    const hash = hashEndpoints(ends);
    const same = this.byHash.get(hash) ?? [];
    if (same.some((known) => sameConnection(known, ends))) return;
    this.byHash.set(hash, [...same, copyEndpoints(ends)]);
    this.list.push({
      addressA: addressText(ends.src0, ends.src1, ends.src2, ends.src3),
      portA: ends.srcPort,
      addressB: addressText(ends.dst0, ends.dst1, ends.dst2, ends.dst3),
      portB: ends.dstPort,
    });
  }
}

function copyEndpoints(ends: Endpoints): Endpoints {
  const { src0, src1, src2, src3, srcPort, dst0, dst1, dst2, dst3, dstPort } = ends;
  return { src0, src1, src2, src3, srcPort, dst0, dst1, dst2, dst3, dstPort };
}
