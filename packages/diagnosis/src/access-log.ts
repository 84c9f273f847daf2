/** What access-log lines add to the match: client ports and request ids by connection number. */
import type { AccessLogEntry } from '@resetscope/nginx-log';

export class AccessLog {
  private readonly endpoints = new Map<number, Set<string>>();
  private readonly ids = new Map<number, Set<string>>();

  add(entry: AccessLogEntry): void {
    const { connection, clientAddress, clientPort, requestId } = entry;
    if (connection === null) return;
    if (clientAddress !== null && clientPort !== null)
      add(this.endpoints, connection, `${clientAddress}:${clientPort}`);
    if (requestId !== null) add(this.ids, connection, requestId);
  }

  /**
   * `address:port` of the TCP peer; several when nginx was started again and counted from 1 again. Empty when no line of
   * that connection was seen.
   */
  clientEndpoints(connectionNumber: number | null): ReadonlySet<string> {
    return (connectionNumber === null ? undefined : this.endpoints.get(connectionNumber)) ?? NONE;
  }

  requestIds(connectionNumber: number | null): ReadonlySet<string> {
    return (connectionNumber === null ? undefined : this.ids.get(connectionNumber)) ?? NONE;
  }
}

function add(map: Map<number, Set<string>>, connection: number, value: string): void {
  const known = map.get(connection);
  if (known === undefined) map.set(connection, new Set([value]));
  else known.add(value);
}

const NONE: ReadonlySet<string> = new Set();
