/** A connection by its two ends as text. */
import type { ConnectionKey } from '@resetscope/ring';

/** Each `10.0.0.1:51234`, or IPv6 as an incident has it (`[2001:db8::1]:51234`) or as the access log does, without brackets. */
export function keyOfEnds(a: string, b: string): ConnectionKey {
  const [endA, endB] = [endOf(a), endOf(b)];
  return { addressA: endA.address, portA: endA.port, addressB: endB.address, portB: endB.port };
}

function endOf(text: string): { readonly address: string; readonly port: number } {
  const colon = text.lastIndexOf(':');
  return { address: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}
