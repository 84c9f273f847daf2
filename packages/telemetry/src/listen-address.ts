/** `host:port` as people write it: `127.0.0.1:9150`, `[::1]:9150`, `:9150` (loopback), `9150` (loopback). */
import { ClearError } from './clear-error.ts';

export interface ListenAddress {
  readonly host: string;
  /** 0..65535; 0 lets the kernel choose. */
  readonly port: number;
}

export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:(?:\[([^\]]+)\]|([^:[\]]*)):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65535) {
    throw new ClearError('RS_USAGE', `expected an address like 127.0.0.1:9150, got ${JSON.stringify(text)}`);
  }
  return { host: match[1] ?? (match[2] || '127.0.0.1'), port };
}

export function formatListenAddress(address: ListenAddress): string {
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** Turns Node's listen errors into a clear one; other errors pass through. */
export function describeListenError(error: unknown, address: ListenAddress, what: string): unknown {
  const code = (error as { code?: string }).code;
  const where = formatListenAddress(address);
  if (code === 'EADDRINUSE') {
    return new ClearError('RS_PORT_IN_USE', `${what}: ${where} is in use by another process`, 'choose another address');
  }
  if (code === 'EADDRNOTAVAIL' || code === 'EACCES') {
    return new ClearError('RS_USAGE', `${what}: cannot listen on ${where} (${code})`, 'choose another address');
  }
  return error;
}
