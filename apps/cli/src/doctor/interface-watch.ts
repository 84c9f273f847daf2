/** Packets that pass this host's interfaces for a short while, told apart by interface: from the capture's own source. */
import { setTimeout as delay } from 'node:timers/promises';
import { ANY_INTERFACE, openAfPacket } from '@resetscope/capture';
import koffi from 'koffi';

export interface WatchOptions {
  /** Packets from or to these; empty: all of TCP. */
  readonly ports: readonly number[];
  readonly seconds: number;
  /** Asked ten times a second: has enough been seen? */
  readonly isEnough: (packets: ReadonlyMap<string, number>) => boolean;
}

/** Headers are enough. */
const SNAP_LEN = 128;
const LOOK_EVERY_MS = 100;
/** linux/if.h. */
const IF_NAMESIZE = 16;

/** Packets by name of the interface. @throws CaptureError */
export async function watchInterfaces({
  ports,
  seconds,
  isEnough,
}: WatchOptions): Promise<ReadonlyMap<string, number>> {
  const source = await openAfPacket({ interface: ANY_INTERFACE, ports, snapLen: SNAP_LEN });
  const packets = new Map<string, number>();
  const names = new Map<number, string>();
  const nameOf = (index: number): string => {
    const name = names.get(index) ?? interfaceName(index);
    names.set(index, name);
    return name;
  };
  try {
    const untilMs = performance.now() + seconds * 1000;
    do {
      await delay(LOOK_EVERY_MS);
      source.drain((_frame, index) => {
        const name = nameOf(index);
        packets.set(name, (packets.get(name) ?? 0) + 1);
      });
    } while (performance.now() < untilMs && !isEnough(packets));
    return packets;
  } finally {
    source.close();
  }
}

/** if_indextoname(3): of this network namespace, which sysfs may not show. */
function interfaceName(index: number): string {
  const name = Buffer.alloc(IF_NAMESIZE);
  const found: unknown = koffi.load(null).func('void *if_indextoname(unsigned int, void *)')(index, name);
  return found === null ? `interface ${index}` : name.toString('latin1', 0, name.indexOf(0));
}
