/** Connections that the access log names by both ends: read before any that merely fits. */
import type { AccessLog, LogLine } from '@resetscope/diagnosis';
import type { ConnectionKey } from '@resetscope/ring';
import { keyOfEnds } from './ends-key.ts';

/** Of the line's client; several when nginx was started again and counts from 1 again. */
export function accessKeys(line: LogLine, accessLog: AccessLog | null): readonly ConnectionKey[] {
  const keys = new Map<string, ConnectionKey>();
  for (const { client, server } of accessLog?.requestsOn(line.entry.connectionNumber) ?? []) {
    if (client !== null && server !== null) keys.set(`${client} ${server}`, keyOfEnds(client, server));
  }
  return [...keys.values()];
}
