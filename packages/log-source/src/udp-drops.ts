/** What the kernel says about full UDP sockets: the last column of /proc/net/udp (Documentation/networking/proc_net_tcp, udp.c). */
import { readFile } from 'node:fs/promises';

/** Of all our sockets on this port; undefined where there is no /proc. */
export async function udpDrops(port: number): Promise<number | undefined> {
  const texts = await Promise.all(
    ['/proc/net/udp', '/proc/net/udp6'].map((path) => readFile(path, 'latin1').catch(() => undefined)),
  );
  const known = texts.filter((text) => text !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, text) => sum + dropsIn(text, port), 0);
}

/** `  sl  local_address rem_address ... drops`: addresses are HEX:PORT with the port in hex. */
export function dropsIn(table: string, port: number): number {
  let drops = 0;
  for (const row of table.split('\n').slice(1)) {
    const fields = row.trim().split(/\s+/);
    if (Number.parseInt(fields[1]?.split(':')[1] ?? '', 16) === port) drops += Number(fields.at(-1));
  }
  return drops;
}
