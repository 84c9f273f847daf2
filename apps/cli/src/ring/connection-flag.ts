/** `10.0.0.1:51234-10.0.0.2:80`: a connection by its two ends, IPv6 in brackets. */
import type { ConnectionKey } from '@resetscope/ring';
import { ClearError } from '@resetscope/telemetry/clear-error';
import { addressText, parseAddress } from '@resetscope/wire';

interface End {
  readonly address: string;
  readonly port: number;
}

/** @throws ClearError RS_USAGE */
export function parseConnection(text: string): ConnectionKey {
  const [a, b, ...rest] = text.split('-').map(parseEnd);
  if (a == null || b == null || rest.length > 0) {
    const expected = 'two ends like 10.0.0.1:51234-10.0.0.2:80 or [2001:db8::1]:51234-[2001:db8::2]:443';
    throw new ClearError('RS_USAGE', `--connection: expected ${expected}, got ${JSON.stringify(text)}`);
  }
  return { addressA: a.address, portA: a.port, addressB: b.address, portB: b.port };
}

function parseEnd(text: string): End | null {
  const [, bracketed, plain, port] = /^(?:(\[[^\]]*\])|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  const words = parseAddress(bracketed ?? plain ?? '');
  return words === null || Number(port) > 65535 ? null : { address: addressText(...words), port: Number(port) };
}
