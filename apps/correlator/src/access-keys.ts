/** Connections that the access log names by both ends: read before any that merely fits. */
import type { AccessLog, LogLine } from '@resetscope/diagnosis';
import type { ConnectionKey } from '@resetscope/ring';

/** Of the line's client; several when nginx was started again and counts from 1 again. */
export function accessKeys(line: LogLine, accessLog: AccessLog | null): readonly ConnectionKey[] {
  const keys = new Map<string, ConnectionKey>();
  for (const { client, server } of accessLog?.requestsOn(line.entry.connectionNumber) ?? []) {
    const [a, b] = [endOf(client), endOf(server)];
    if (a === null || b === null) continue;
    keys.set(`${client} ${server}`, { addressA: a.address, portA: a.port, addressB: b.address, portB: b.port });
  }
  return [...keys.values()];
}

function endOf(text: string | null): { readonly address: string; readonly port: number } | null {
  if (text === null) return null;
  const colon = text.lastIndexOf(':');
  return { address: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
}
