/** Do the packets of nginx pass where resetscope will capture? */
import { ANY_INTERFACE, CaptureError, MAX_FILTER_PORTS } from '@resetscope/capture';
import { type Finding, fail, ok, skipped, warn } from '../finding.ts';
import { watchInterfaces } from './interface-watch.ts';

/** Of more, the first ones. */
const PORTS_NAMED = 6;

/** ports: that nginx listens on and connects to; empty: not known. */
export async function checkTraffic(
  interfaces: readonly string[],
  ports: readonly number[],
  watchSeconds: number,
): Promise<readonly Finding[]> {
  try {
    const isEnough = (packets: ReadonlyMap<string, number>): boolean =>
      interfaces.every((name) => countOn(name, packets) > 0);
    const packets = await watchInterfaces({
      ports: ports.length > MAX_FILTER_PORTS ? [] : ports,
      seconds: watchSeconds,
      isEnough,
    });
    return interfaces.map((name) => judgeTraffic(name, packets, ports, watchSeconds));
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    if (error.code === 'RS_NO_CAP_NET_RAW') {
      return [skipped('interface-traffic', 'traffic', 'needs the right to capture, see above')];
    }
    return [fail('interface-traffic', 'traffic', error.message, error.fix, error.code)];
  }
}

/** packets: by interface. */
export function judgeTraffic(
  name: string,
  packets: ReadonlyMap<string, number>,
  ports: readonly number[],
  watchSeconds: number,
): Finding {
  const subject = `traffic on ${name}`;
  const what = ports.length === 0 ? 'TCP packets' : `packets of nginx's ports ${portsText(ports)}`;
  const count = countOn(name, packets);
  if (count > 0) return ok('interface-traffic', subject, `${count} ${what}`);
  const elsewhere = [...packets.keys()];
  if (elsewhere.length > 0) {
    const fix = `take ${elsewhere.map((other) => `--interface ${other}`).join(' or ')}, or --interface ${ANY_INTERFACE}`;
    return warn('interface-traffic', subject, `no ${what}, but on ${elsewhere.join(', ')}`, fix);
  }
  const fix =
    'send nginx a request meanwhile (--watch 30 gives time for it); if there is none still, run in the network of nginx (--network container:NAME, or a sidecar)';
  return warn('interface-traffic', subject, `no ${what} in ${watchSeconds} s`, fix);
}

function countOn(name: string, packets: ReadonlyMap<string, number>): number {
  if (name !== ANY_INTERFACE) return packets.get(name) ?? 0;
  return [...packets.values()].reduce((sum, count) => sum + count, 0);
}

function portsText(ports: readonly number[]): string {
  const named = ports.slice(0, PORTS_NAMED).join(', ');
  return ports.length > PORTS_NAMED ? `${named} and ${ports.length - PORTS_NAMED} more` : named;
}
