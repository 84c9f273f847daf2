/** The interfaces of this process's network namespace. */
import { readFileSync } from 'node:fs';

/** Stands for every interface, as in tcpdump. */
export const ANY_INTERFACE = 'any';

/** Names in the kernel's order. /proc/net/dev follows the namespace of the process, /sys/class/net does not always. */
export function interfaceNames(): readonly string[] {
  return parseInterfaceNames(readFileSync('/proc/net/dev', 'latin1'));
}

/** text: /proc/net/dev, two head lines and then `  name: counters`. */
export function parseInterfaceNames(text: string): readonly string[] {
  return [...text.matchAll(/^\s*([^\s:|]+):/gm)].map((match) => match[1] ?? '');
}
