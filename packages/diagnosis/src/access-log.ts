/**
 * What access-log lines add: client ports and request ids by connection number, which the match uses, and the line of the very
 * request that an error line speaks of, where that can be told.
 */
import type { AccessLogEntry } from '@resetscope/nginx-log';
import type { AccessFacts } from './incident.ts';
import type { LogLine } from './log-line.ts';
import { addTo, type Multimap } from './multimap.ts';
import { rfc3339 } from './time-text.ts';

/** What of an access log the lines to be explained can ask for: all else need not be kept. */
export interface AccessInterest {
  readonly connections: ReadonlySet<number>;
  /** requestKey of each. */
  readonly requests: ReadonlySet<string>;
}

/** One request as nginx logged it when it ended. */
interface LoggedRequest {
  readonly facts: AccessFacts;
  /** Null without $request. */
  readonly asked: string | null;
  readonly tsUs: number | null;
  readonly tsResolutionUs: number;
  /** Requests of such a connection end in any order. */
  readonly isMultiplexed: boolean;
}

/** Requests kept of one connection or key; a connection has 1000 at most (nginx's keepalive_requests). */
const REQUESTS_MAX = 1000;

export class AccessLog {
  private readonly interest: AccessInterest | null;
  private readonly endpoints = new Map<number, Set<string>>();
  private readonly ids = new Map<number, Set<string>>();
  private readonly byConnection: Multimap<number, LoggedRequest> = new Map();
  /** Of formats without $connection, by requestKey. */
  private readonly byRequest: Multimap<string, LoggedRequest> = new Map();

  /** interest: null keeps all. */
  constructor(interest: AccessInterest | null = null) {
    this.interest = interest;
  }

  add(entry: AccessLogEntry): void {
    const { connection, clientAddress, clientPort, requestId } = entry;
    if (connection === null) {
      this.addUnnumbered(entry);
      return;
    }
    if (this.interest?.connections.has(connection) === false) return;
    if (clientAddress !== null && clientPort !== null)
      addToSet(this.endpoints, connection, `${clientAddress}:${clientPort}`);
    if (requestId !== null) addToSet(this.ids, connection, requestId);
    keep(this.byConnection, connection, entry);
  }

  /**
   * `address:port` of the TCP peer; several when nginx was started again and counted from 1 again. Empty when no line of
   * that connection was seen.
   */
  clientEndpoints(connectionNumber: number | null): ReadonlySet<string> {
    return (connectionNumber === null ? undefined : this.endpoints.get(connectionNumber)) ?? NONE;
  }

  /** The connection's requests in the order of the log. */
  requestsOn(connectionNumber: number | null): readonly AccessFacts[] {
    const logged = (connectionNumber === null ? undefined : this.byConnection.get(connectionNumber)) ?? [];
    return logged.map(({ facts }) => facts);
  }

  requestIds(connectionNumber: number | null): ReadonlySet<string> {
    return (connectionNumber === null ? undefined : this.ids.get(connectionNumber)) ?? NONE;
  }

  /**
   * The access line of the request that the error line speaks of: of the same connection, else of the same client, the same request,
   * the first to end at that time or later. Null when there is none yet, or when it could be one of several.
   */
  requestOf({ entry, client, stampUs, readAtUs }: LogLine): AccessFacts | null {
    const { connectionNumber, request } = entry;
    if (request === null || request.target === null || entry.truncated) return null;
    const numbered = connectionNumber === null ? undefined : this.byConnection.get(connectionNumber);
    const asked = `${request.method} ${request.target}`;
    // Live the log may not have the line yet, and an earlier one of the same second may look like it.
    const fromUs = readAtUs === null ? stampUs : Math.max(stampUs, readAtUs - WRITTEN_WITHIN_US);
    const alike = (numbered ?? this.byRequest.get(requestKey(client ?? '', asked)) ?? []).filter((logged) => {
      const isAlike = logged.asked === null || logged.asked === asked;
      return isAlike && (logged.tsUs === null || logged.tsUs + logged.tsResolutionUs > fromUs);
    });
    const [first, second] = alike.toSorted((a, b) => (a.tsUs ?? 0) - (b.tsUs ?? 0));
    if (first === undefined || second === undefined) return first?.facts ?? null;
    const isInOrder = numbered !== undefined && !first.isMultiplexed;
    return isInOrder && (second.tsUs ?? 0) >= stampUs + SECOND_US ? first.facts : null;
  }

  private addUnnumbered(entry: AccessLogEntry): void {
    const { request, variables } = entry;
    const client = variables.get('remote_addr') ?? entry.clientAddress;
    if (request?.target == null || client == null) return;
    const key = requestKey(client, `${request.method} ${request.target}`);
    if (this.interest?.requests.has(key) !== false) keep(this.byRequest, key, entry);
  }
}

/** The numbers and requests that the lines name. */
export function accessInterest(lines: readonly LogLine[]): AccessInterest {
  const connections = new Set<number>();
  const requests = new Set<string>();
  for (const { entry, client } of lines) {
    const { connectionNumber, request } = entry;
    if (connectionNumber !== null) connections.add(connectionNumber);
    if (request?.target != null) requests.add(requestKey(client ?? '', `${request.method} ${request.target}`));
  }
  return { connections, requests };
}

/** A request ends with its error, or later; the error line is read this long after it was written, or sooner (measured: 10 ms under load). */
const WRITTEN_WITHIN_US = 50_000;
/** A stamp's second, of which the error may be any part. */
const SECOND_US = 1_000_000;
const NONE: ReadonlySet<string> = new Set();

function requestKey(client: string, asked: string): string {
  return `${client} ${asked}`;
}

function addToSet(map: Map<number, Set<string>>, connection: number, value: string): void {
  const known = map.get(connection);
  if (known === undefined) map.set(connection, new Set([value]));
  else known.add(value);
}

function keep<K>(map: Multimap<K, LoggedRequest>, key: K, entry: AccessLogEntry): void {
  if ((map.get(key)?.length ?? 0) < REQUESTS_MAX) addTo(map, key, loggedRequest(entry));
}

function loggedRequest(entry: AccessLogEntry): LoggedRequest {
  const { request, tsUs, tsResolutionUs, clientAddress, clientPort, variables } = entry;
  const { serverAddress, serverPort, status, bytesSent, upstreamAddrs, upstreamStatuses, requestId } = entry;
  const seconds = variables.get('request_time') ?? '';
  return {
    facts: {
      loggedAt: tsUs === null ? null : rfc3339(tsUs),
      status,
      requestTimeSeconds: /^\d{1,9}\.\d{3}$/.test(seconds) ? Number(seconds) : null,
      bytesSent,
      upstreamAddrs,
      upstreamStatuses,
      requestId,
      client: clientAddress === null || clientPort === null ? null : `${clientAddress}:${clientPort}`,
      server: serverAddress === null || serverPort === null ? null : `${serverAddress}:${serverPort}`,
    },
    asked: request === null ? null : `${request.method} ${request.target}`,
    tsUs,
    tsResolutionUs,
    isMultiplexed: request?.protocol?.startsWith('HTTP/1') !== true,
  };
}
