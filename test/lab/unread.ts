/** What this side's own kernel holds for a socket: the actor's knowledge, not the capture's. */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 8000;

/**
 * Until bytes lie unread in the socket between these ports (rx_queue of /proc/net/tcp, proc(5)); a close is then a reset.
 * Throws when none come.
 */
export async function untilUnread(localPort: number, remotePort: number): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!hasUnread(localPort, remotePort)) {
    if (performance.now() > deadline) throw new Error(`nothing arrived on port ${localPort}`);
    await delay(5);
  }
}

function hasUnread(localPort: number, remotePort: number): boolean {
  const rows = readFileSync('/proc/net/tcp', 'latin1').trim().split('\n').slice(1);
  return rows.some((row) => {
    const [, local = '', remote = '', , queues = ''] = row.trim().split(/\s+/);
    return (
      isPort(local, localPort) && isPort(remote, remotePort) && Number.parseInt(queues.split(':')[1] ?? '0', 16) > 0
    );
  });
}

/** `0100007F:1F90` */
function isPort(endpoint: string, port: number): boolean {
  return Number.parseInt(endpoint.split(':')[1] ?? '', 16) === port;
}
